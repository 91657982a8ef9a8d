import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeWith, requirements } from '../../requirements.js';
import { temporaryFolder } from '../../temporary-folder.js';

const units = join(import.meta.dirname, '../../../deploy/systemd');

/** Verifies the units, with a program in them that is there; they are changed first where a test wants so. */
function verify(change: (text: string) => string = (text) => text) {
  const folder = temporaryFolder();
  const files = readdirSync(units).map((name) => {
    const text = readFileSync(join(units, name), 'utf8').replaceAll('/usr/local/bin/gatherer', '/bin/true');
    const file = join(folder, name.replace('@.', '@SHOP.'));
    writeFileSync(file, change(text));
    return file;
  });
  const { status, stdout, stderr } = spawnSync(
    'systemd-analyze',
    ['verify', '--man=no', '--recursive-errors=no', ...files],
    {
      encoding: 'utf8',
    },
  );
  return { status, output: stdout + stderr };
}

describeWith([requirements.systemdAnalyze], 'deploy/systemd', () => {
  it('is accepted by systemd', () => {
    expect(verify()).toEqual({ status: 0, output: '' });
  });

  it('would not be with a setting that systemd does not know', () => {
    const { output } = verify((text) => text.replace('[Service]', '[Service]\nRestartWhenever=yes'));
    expect(output).toContain('RestartWhenever');
  });
});
