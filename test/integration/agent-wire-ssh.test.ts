import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { generateKey } from '../../src/ssh/private-key.js';
import { formatPublicKey } from '../../src/ssh/public-key.js';
import { type Bench, changes, type Placeholders, setUpBench, snapshot } from '../agent-bench.js';
import { describeWith, requirements } from '../requirements.js';
import { makeCertificate } from '../servers/https.js';
import { type Sshd, type SshdKind, startSshd } from '../servers/sshd.js';
import {
  exchangesOf,
  readTranscript,
  refusedCertificate,
  type Transcript,
  type WireCase,
  type WireFile,
} from '../wire.js';

const identity = makeCertificate();
const stranger = makeCertificate();
const trackers = { 'latest_vcs_versions.json': '{"repo": "abc"}', 'project_sources_update.json': '[]' };

/** Where this agent is right to differ from the original, by case. */
interface Difference {
  readonly why: string;
  readonly exitCode?: number;
  readonly local?: Readonly<Record<string, WireFile>>;
  readonly remote?: Readonly<Record<string, WireFile>>;
}

const fetched = {
  'export/TEST/latest_vcs_versions.json': { mode: '0644', content: trackers['latest_vcs_versions.json'] },
  'export/TEST/project_sources_update.json': { mode: '0600', content: trackers['project_sources_update.json'] },
};
const oneFetched = { 'export/TEST/latest_vcs_versions.json': fetched['export/TEST/latest_vcs_versions.json'] };
const both = 'NOTES 1: SFTP and the legacy protocol both work';

const retrieveDifferences: Readonly<Record<string, Difference>> = {
  'scp-sftp': { why: both, local: fetched },
  'scp-legacy': { why: both, local: fetched },
  'scp-sftp-upload-shell': { why: both, exitCode: 0, local: fetched },
  'one-file': { why: 'NOTES 1: a single file is fetched too', local: oneFetched },
  'one-file-sftp': { why: 'NOTES 1: a single file is fetched too', local: oneFetched },
  'unknown-host': { why: 'an unknown host key is pinned on first use', exitCode: 0, local: fetched },
  'no-key': { why: 'NOTES 1: a missing private key is an error', exitCode: 1 },
};

const exported = {
  'export/TEST/latest_vcs_versions.json': { mode: '0644', content: '{}' },
  'export/TEST/preflight_date.txt': { mode: '0755', content: '2024-01-01T00:00:00.000001+00:00' },
  'export/TEST/data_sources.json': { mode: '0600', content: '[]' },
  'export/TEST/data_vcs_versions.json': { mode: '0644', content: '[{"a": 1}]' },
};
const exportDifferences: Readonly<Record<string, Difference>> = {
  'scp-sftp-upload-shell': { why: both, exitCode: 0, remote: exported },
  'missing-files': { why: 'NOTES 1: missing files are skipped', remote: exported },
};

function kindOf(wire: WireCase): SshdKind {
  if (wire.server_shell !== undefined) {
    return 'restricted';
  }
  return wire.scp_variant === undefined ? 'sftp' : 'scp';
}

describeWith([requirements.sshd, requirements.scp], 'the agent over SSH on the wire', () => {
  const servers = new Map<SshdKind, Sshd>();
  let placeholders: Placeholders;
  let publicKey: string;

  beforeAll(async () => {
    const key = await generateKey('ed25519', 'agent for the TEST project');
    publicKey = formatPublicKey(key.publicKey);
    placeholders = {
      OPENSSH_PRIVATE_KEY: key.privateText.trimEnd(),
      PUBLIC_KEY: publicKey.split(' ')[1] ?? '',
      HOST_KEY: '',
    };
    for (const kind of ['sftp', 'scp', 'restricted'] as const) {
      servers.set(kind, await startSshd(kind));
    }
  });
  afterAll(() => Promise.all([...servers.values()].map((server) => server.stop())));

  beforeEach(async () => {
    for (const { home } of servers.values()) {
      await rm(path.join(home, 'export'), { recursive: true, force: true });
      await mkdir(path.join(home, 'export', 'TEST'), { recursive: true });
      for (const [name, contents] of Object.entries(trackers)) {
        await writeFile(path.join(home, 'update', 'TEST', name), contents);
        await chmod(path.join(home, 'update', 'TEST', name), name.startsWith('project') ? 0o600 : 0o644);
      }
    }
  });

  async function prepare(transcript: Transcript, wire: WireCase): Promise<{ bench: Bench; sshd: Sshd }> {
    const sshd = servers.get(kindOf(wire));
    if (sshd === undefined) {
      throw new Error('no server');
    }
    await sshd.authorize(
      wire.exit_code === 1 && /denied|log-upload/.test(wire.name) && wire.http.length < 2 ? '' : publicKey,
    );
    if (wire.name === 'overwrite') {
      await writeFile(path.join(sshd.home, 'export/TEST/data_sources.json'), 'old');
      await chmod(path.join(sshd.home, 'export/TEST/data_sources.json'), 0o660);
    }
    if (wire.name === 'second-project') {
      await mkdir(path.join(sshd.home, 'export/OTHER'));
    }
    const known = sshd.hostKeys.map((key) => `[localhost]:${sshd.port} ${key.trim()}\n`).join('');
    const files = Object.entries(wire.files_before).map(([name, file]): [string, WireFile] =>
      name === '.ssh/known_hosts' ? [name, { ...file, content: known }] : [name, file],
    );
    const here = (word: string) =>
      word.replace('agent-TEST', sshd.user).replace('other.example.org', 'localhost:{{PORT}}');
    const command = wire.command.map(here);
    const bench = await setUpBench(
      { ...wire, command, files_before: Object.fromEntries(files) },
      {
        identity: refusedCertificate(wire) ? stranger : identity,
        certificate: identity.certificate,
        placeholders,
        settings: transcript['settings.cfg'],
        ssh: {
          username: wire.name === 'no-agent' ? '' : sshd.user,
          ...(wire.name === 'ssh-host-false' ? { host: '-' } : {}),
        },
        environment: { SSH_PORT: String(sshd.port) },
      },
    );
    return { bench, sshd };
  }

  const retrieve = readTranscript('retrieve_update_trackers');
  it.each(retrieve.cases.map((wire) => [wire.name, wire] as const))(
    'retrieve-update-trackers: %s',
    async (_name, wire) => {
      const { bench } = await prepare(retrieve, wire);
      const before = snapshot(bench.folder);
      const difference = retrieveDifferences[wire.name];
      expect(await bench.run()).toBe(difference?.exitCode ?? wire.exit_code);
      const after = snapshot(bench.folder);
      const ownFiles = Object.entries(wire.files_changed).filter(([name]) => !name.endsWith('/'));
      const changed = Object.entries(changes(before, after)).filter(([name]) => name !== '.ssh/known_hosts');
      expect(Object.fromEntries(changed)).toEqual(difference?.local ?? Object.fromEntries(ownFiles));
      expect([...before.keys()].filter((name) => !after.has(name))).toEqual(wire.files_removed);
    },
  );

  const exports = readTranscript('export_files');
  const accepted = exports.cases.find(({ name }) => name === 'scp-sftp')?.http ?? [];
  it.each(exports.cases.map((wire) => [wire.name, wire] as const))('export-files: %s', async (_name, wire) => {
    const { bench, sshd } = await prepare(
      exports,
      wire.name === 'scp-sftp-upload-shell' ? { ...wire, http: accepted } : wire,
    );
    const before = snapshot(sshd.home);
    const difference = exportDifferences[wire.name];
    expect(await bench.run()).toBe(difference?.exitCode ?? wire.exit_code);
    const changed = Object.entries(changes(before, snapshot(sshd.home)));
    const arrived = changed.filter(([name]) => !name.endsWith('/manifest.json'));
    expect(Object.fromEntries(arrived)).toEqual(difference?.remote ?? wire.remote_files_changed);
    expect((await readdir(sshd.home)).filter((name) => name !== 'export' && name !== 'update')).toEqual([]);
    // A case in which the original did not come as far as the notice has none to compare with.
    const notices = bench.controller.requests.filter((request) => request.path === '/auth/export.py');
    const expected = exchangesOf(wire).filter(({ request }) => request.path === '/auth/export.py');
    expect(notices).toHaveLength(wire.name === 'scp-sftp-upload-shell' ? 1 : expected.length);
    for (const [index, { request }] of expected.entries()) {
      const notice = notices[index];
      expect(notice?.query).toEqual(request.query);
      expect(JSON.parse(notice?.form['files'] ?? '')).toEqual(JSON.parse(request.form?.['files'] ?? ''));
      expect(JSON.parse(notice?.form['agent'] ?? '')).toEqual({
        ...JSON.parse(request.form?.['agent'] ?? ''),
        user: sshd.user,
        hostname: hostname(),
        version: notice?.headers['user-agent'],
      });
    }
    if (wire.env['AGENT_LOGGING'] !== undefined) {
      const logged = bench.controller.requests.filter((request) => request.path === '/auth/log.py');
      expect(logged.map(({ form }) => form['levelname'])).toEqual(['ERROR']);
    }
  });
});
