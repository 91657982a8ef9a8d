import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { describeWith, requirements } from '../requirements.js';
import { temporaryFolder } from '../temporary-folder.js';

const script = fileURLToPath(new URL('./export-set-full.mjs', import.meta.url));

describeWith([requirements.smallDisk], 'an export to a full disk', () => {
  it('says so, leaves the earlier files and removes what it began', () => {
    const folder = temporaryFolder();
    const mounted = 'mount -t tmpfs -o size=1m none "$1" && exec "$2" "$3" "$1"';
    const child = spawnSync('unshare', ['-rm', 'sh', '-c', mounted, 'sh', folder, process.execPath, script], {
      encoding: 'utf8',
    });
    expect(child.stderr).toBe('');
    expect(JSON.parse(child.stdout)).toEqual({
      messages: [
        `ExportError ${folder}/data_a.json: cannot write: the disk is full; free some space and run again`,
        `ExportError ${folder}/tracker.txt: cannot write: the disk is full; free some space and run again`,
      ],
      files: ['data_a.json', 'tracker.txt'],
      rows: 10,
      tracker: 'first',
      freed: true,
    });
  });
});
