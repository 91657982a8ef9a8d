import { readFileSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { connect } from '../../src/ssh/client.js';
import { ensureKeyPair } from '../../src/ssh/keys.js';
import { formatPublicKey } from '../../src/ssh/public-key.js';
import { describeWith, requirements } from '../requirements.js';
import { type DropboxBench, type Outcome, run, startBench } from '../servers/dropbox.js';
import { type Sshd, startSshd } from '../servers/sshd.js';
import { silentLogger } from '../silent-logger.js';
import { temporaryFolder } from '../temporary-folder.js';

const Files = z.record(z.string(), z.object({ mode: z.string(), content: z.string().optional() }));
const Transcript = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      files_before: Files,
      scp_variant: z.string().optional(),
      tools: z.array(z.array(z.string())).default([]),
      ssh: z.array(z.object({ command: z.string() })).default([]),
      files_changed: Files,
      remote_files_changed: Files,
    }),
  ),
});
type Case = z.infer<typeof Transcript>['cases'][number];
type Files = z.infer<typeof Files>;

function casesOf(file: string, names: readonly string[]): readonly Case[] {
  const path = new URL(`../wire/${file}`, import.meta.url);
  const { cases } = Transcript.parse(JSON.parse(readFileSync(path, 'utf8')));
  const found = cases.filter(({ name }) => names.includes(name));
  expect(found.map(({ name }) => name).sort()).toEqual([...names].sort());
  return found;
}

/** Makes the files of a transcript; key material is not among them. */
async function make(folder: string, files: Files): Promise<void> {
  for (const [name, { mode, content }] of Object.entries(files)) {
    const path = join(folder, name);
    if (name.endsWith('/')) {
      await mkdir(path, { recursive: true });
    } else if (content !== undefined && !name.startsWith('.ssh/')) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
      await chmod(path, Number.parseInt(mode, 8));
    }
  }
}

async function filesIn(folder: string): Promise<Files> {
  const files: Files = {};
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const mode = `0${((await stat(path)).mode & 0o777).toString(8)}`;
    files[name] = { mode, content: await readFile(path, 'utf8') };
  }
  return files;
}

/** The files of a transcript in one folder, by name. */
function inFolder(files: Files, folder: string): Files {
  const entries = Object.entries(files).filter(([name]) => name.startsWith(folder) && !name.endsWith('/'));
  return Object.fromEntries(entries.map(([name, file]) => [name.slice(folder.length), file]));
}

/** Runs the scp command of an original agent against the dropbox. */
async function replay(bench: DropboxBench, agentHome: string, { tools, scp_variant }: Case): Promise<Outcome> {
  const args = (tools[0] ?? []).slice(1).flatMap((argument, index, all) => {
    if (argument === '-i' || all[index - 1] === '-i') {
      return [];
    }
    const here = argument.replace('/home/agent/', `${agentHome}/`);
    return [here.replace(/^agent-TEST@[^:]+:/, 'agent-TEST@127.0.0.1:')];
  });
  const variant = scp_variant === undefined ? [] : ['-O'];
  const port = String(bench.dropbox.port);
  const command = `cd "$0" && umask 022 && exec scp "$@"`;
  return run('/bin/sh', ['-c', command, agentHome, ...variant, ...bench.common, '-P', port, ...args]);
}

describeWith([requirements.scp], 'uploads of original agents', () => {
  const cases = casesOf('export_files.json', [
    'scp-sftp',
    'scp-legacy',
    'scp-legacy-one-file',
    'scp-legacy-upload-shell',
    'missing-files',
    'all-missing',
    'missing-legacy',
    'other-only',
    'other-and-export',
    'overwrite',
    'second-project',
    'remote-directory-missing',
  ]);

  it.each(cases)('$name', async (recorded) => {
    const bench = await startBench({ projectsOf: () => ['TEST', 'OTHER'] });
    const agentHome = temporaryFolder();
    await make(agentHome, recorded.files_before);
    const project = recorded.name === 'second-project' ? 'OTHER' : 'TEST';
    const folder = join(bench.home, 'export', project);
    await mkdir(folder, { recursive: true });
    if (recorded.name === 'overwrite') {
      await writeFile(join(folder, 'data_sources.json'), 'an old and longer file');
      await chmod(join(folder, 'data_sources.json'), 0o660);
    }
    const { code, stderr } = await replay(bench, agentHome, recorded);
    expect(await filesIn(folder)).toEqual(inFolder(recorded.remote_files_changed, `export/${project}/`));
    expect(code === 0).toBe(!recorded.name.includes('missing'));
    // An original agent takes a failure with these words for files that it does not have, and goes on.
    expect(
      code === 0 || recorded.name === 'remote-directory-missing' || stderr.includes('No such file or directory'),
    ).toBe(true);
  });
});

describeWith([requirements.scp], 'trackers for original agents', () => {
  const cases = casesOf('retrieve_update_trackers.json', [
    'scp-sftp',
    'scp-legacy-upload-shell',
    'one-file',
    'one-file-sftp',
    'all-present',
    'none-present',
    'other-path',
  ]);
  const trackers: Files = {
    'project_sources_update.json': { mode: '0600', content: '[]' },
    'latest_vcs_versions.json': { mode: '0644', content: '{"repo": "abc"}' },
  };

  it.each(cases)('$name', async (recorded) => {
    const bench = await startBench();
    const agentHome = temporaryFolder();
    await mkdir(join(agentHome, 'export', 'TEST'), { recursive: true });
    await make(agentHome, recorded.files_before);
    await make(join(bench.home, 'update', 'TEST'), trackers);
    const { code, stderr } = await replay(bench, agentHome, recorded);
    const { 'latest_vcs_versions.json': latest } = trackers;
    const expected = inFolder(recorded.files_changed, 'export/TEST/');
    if (recorded.name === 'one-file' && latest !== undefined) {
      // The original does not find a single file.
      expected['latest_vcs_versions.json'] = latest;
    }
    expect(await filesIn(join(agentHome, 'export', 'TEST'))).toEqual(expected);
    expect(code === 0 || stderr.includes('No such file or directory')).toBe(true);
  });
});

describeWith([requirements.sshd, requirements.scp], 'the SSH client at an original controller', () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startSshd('restricted');
  });
  afterAll(() => sshd.stop());

  const scpCommand = /^scp (?:-d )?(-[tf]) ~\/((?:export|update)\/[A-Z]+\/)/;

  it.each(casesOf('export_files.json', ['scp-legacy-upload-shell', 'scp-legacy-one-file', 'missing-legacy']))(
    '$name',
    async (recorded) => {
      const agentHome = temporaryFolder();
      await make(agentHome, recorded.files_before);
      const pair = await ensureKeyPair(join(agentHome, 'id'));
      await sshd.authorize(formatPublicKey(pair.publicKey));
      const before = (await sshd.commands()).length;
      const client = await connect({
        host: '127.0.0.1',
        port: sshd.port,
        username: sshd.user,
        keyPath: pair.path,
        hostKeys: { file: join(agentHome, 'known_hosts'), unknown: 'pin' },
        log: silentLogger,
      });
      const names = (recorded.tools[0] ?? []).filter((argument) => argument.startsWith('export/'));
      await client.upload(
        names.map((name) => ({ path: join(agentHome, name) })),
        'export/TEST',
      );
      await client.close();
      const commands = (await sshd.commands()).slice(before).filter((command) => scpCommand.test(command));
      expect(commands).toEqual(recorded.ssh.map(({ command }) => command));
      const wanted = inFolder(recorded.remote_files_changed, 'export/TEST/');
      expect(await filesIn(join(sshd.home, 'export', 'TEST'))).toMatchObject(wanted);
    },
  );

  it('asks for every tracker in a command that the login shell of the original lets through', async () => {
    const folder = temporaryFolder();
    const pair = await ensureKeyPair(join(folder, 'id'));
    await sshd.authorize(formatPublicKey(pair.publicKey));
    await writeFile(join(sshd.home, 'update', 'TEST', 'a.json'), '{}');
    const before = (await sshd.commands()).length;
    const client = await connect({
      host: '127.0.0.1',
      port: sshd.port,
      username: sshd.user,
      keyPath: pair.path,
      hostKeys: { file: join(folder, 'known_hosts'), unknown: 'pin' },
      log: silentLogger,
    });
    expect((await client.download(['a.json', 'b.json'], 'update/TEST', folder)).missing).toEqual(['b.json']);
    await client.close();
    const commands = (await sshd.commands()).slice(before);
    expect(commands.filter((command) => command.startsWith('scp'))).toEqual([
      'scp -f ~/update/TEST/a.json',
      'scp -f ~/update/TEST/b.json',
    ]);
  });
});
