import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { describeWith, requirements } from '../requirements.js';
import { temporaryFolder } from '../temporary-folder.js';
import { GrowingRepository } from './support/repository.js';

const program = path.resolve(import.meta.dirname, '../../dist/scraper/gatherer.js');

/** Starts the demo as a person would from elsewhere. */
function demo(folder: string, ...words: readonly string[]) {
  const child = spawn(process.execPath, [program, 'demo', ...words], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = { output: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said.output += chunk));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, said, ended };
}

function rowOf(output: string, file: string): readonly string[] {
  const line = output.split('\n').find((candidate) => candidate.includes(file)) ?? '';
  return line
    .split('│')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

describeWith([requirements.git], 'the demo', () => {
  it('goes the whole way, again in the same folder, and leaves what it gathered to look at', async () => {
    const folder = temporaryFolder();
    const repository = new GrowingRepository(path.join(folder, 'shop.git'));
    repository.grow(20);
    const data = path.join(folder, 'data');
    const row = ['data_vcs_versions.json', '20', 'gros.vcs_versions', '20', '0 new'];

    const first = demo(folder, '--repo', repository.folder, '--data', data);
    expect([await first.ended, rowOf(first.said.output, 'data_vcs_versions')]).toEqual([0, row]);
    expect(first.said.output).toMatch(/20 commits in .* commits per second/);
    const exported = path.join(data, 'first-export', 'data_vcs_versions.json');
    expect(JSON.parse(readFileSync(exported, 'utf8'))).toHaveLength(20);

    const second = demo(folder, '--repo', repository.url, '--data', data);
    expect([await second.ended, rowOf(second.said.output, 'data_vcs_versions')]).toEqual([0, row.with(1, '0')]);
    expect(JSON.parse(readFileSync(exported, 'utf8'))).toHaveLength(20);
    expect(existsSync(path.join(folder, '.ssh'))).toBe(false);
  });

  it('keeps the controller until it is stopped, and says commands that work as they are', async () => {
    const folder = temporaryFolder();
    const repository = new GrowingRepository(path.join(folder, 'shop.git'));
    repository.grow(3);
    const kept = demo(folder, '--repo', repository.folder, '--data', path.join(folder, 'data'), '--keep');
    await expect.poll(() => kept.said.output, { timeout: 180_000 }).toContain('agent --preflight-args=--skip');
    const hint = kept.said.output.split('\n').find((line) => line.includes('agent --preflight-args')) ?? '';
    const agent = spawn('sh', ['-c', hint], { cwd: folder, env: { PATH: process.env['PATH'], HOME: folder } });
    expect(await new Promise((resolve) => agent.on('close', resolve))).toBe(0);
    expect(existsSync(path.join(folder, '.ssh'))).toBe(false);
    kept.child.kill('SIGTERM');
    expect(await kept.ended).toBe(0);
  });

  it('says which path holds no repository', async () => {
    const folder = temporaryFolder();
    const { said, ended } = demo(folder, '--repo', 'nowhere');
    expect([await ended, said.output]).toEqual([
      1,
      expect.stringContaining(`${folder}/nowhere holds no Git repository`),
    ]);
  });
});
