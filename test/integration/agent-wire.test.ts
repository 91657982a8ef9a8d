import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { generateKey } from '../../src/ssh/private-key.js';
import { formatPublicKey } from '../../src/ssh/public-key.js';
import { type Bench, changes, fill, type Placeholders, setUpBench, snapshot } from '../agent-bench.js';
import { makeCertificate } from '../servers/https.js';
import type { ReceivedRequest } from '../servers/scripted-controller.js';
import { exchangesOf, readTranscript, refusedCertificate, type Transcript, type WireCase } from '../wire.js';

const identity = makeCertificate();
const stranger = makeCertificate();

/** Where this agent is right to differ from the original, by case; `why` names the reason. */
interface Difference {
  readonly why: string;
  readonly exitCode?: number;
  /** Files that are not compared, or that change in place of those of the transcript. */
  readonly filesChanged?: readonly string[];
  readonly requests?: readonly number[];
}

async function keyPlaceholders(): Promise<Placeholders> {
  const { privateText, publicKey } = await generateKey('rsa', 'agent for the TEST project', 2048);
  const [, key = ''] = formatPublicKey(publicKey).split(' ');
  return { OPENSSH_PRIVATE_KEY: privateText.trimEnd(), PUBLIC_KEY: key, HOST_KEY: 'AAAAB3NzaC1yc2EAAAADAQABAAAA' };
}

let placeholders: Placeholders;
beforeAll(async () => {
  placeholders = await keyPlaceholders();
});

/** Settings of the cases that say in words only what they change. */
const settingsOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'tls-cert-missing': { cert: 'certs/none.crt' },
  'cert-missing': { cert: 'certs/none.crt' },
  'tls-cert-empty': { cert: '' },
  'tls-cert-option': { cert: 'certs/none.crt' },
  'ssh-host-false': { host: '-' },
  'connection-refused': { host: 'localhost:1' },
};

async function prepare(transcript: Transcript, wire: WireCase): Promise<Bench> {
  const server = refusedCertificate(wire) ? stranger : identity;
  const zone = process.env['TZ'];
  process.env['TZ'] = wire.env['TZ'] ?? 'UTC';
  onTestFinished(() => {
    process.env['TZ'] = zone ?? '';
  });
  return setUpBench(wire, {
    identity: server,
    certificate: identity.certificate,
    placeholders,
    settings: transcript['settings.cfg'],
    ssh: settingsOf[wire.name] ?? {},
  });
}

/** Fields of a log record that only Python has, or that change from run to run. */
const ownLogFields = ['message', 'levelname', 'levelno', 'name'];

function comparableForm(request: ReceivedRequest): Readonly<Record<string, unknown>> {
  const entries = Object.entries(request.form).map(([name, value]) => [
    name,
    /^[[{]/.test(value) ? JSON.parse(value) : value,
  ]);
  return Object.fromEntries(entries);
}

function expectRequests(bench: Bench, wire: WireCase, replace: (text: string) => string): void {
  const expected = exchangesOf(wire).map(({ request: { method, path: target, query } }) => ({
    method,
    path: target,
    query,
  }));
  const byPath = (left: { path: string }, right: { path: string }) => left.path.localeCompare(right.path);
  const received = bench.controller.requests.map(({ method, path: target, query }) => ({
    method,
    path: target,
    query,
  }));
  expect([...received].sort(byPath)).toEqual([...expected].sort(byPath));
  for (const { request } of exchangesOf(wire)) {
    const same = bench.controller.requests.find(({ path: target }) => target === request.path);
    if (same !== undefined && request.path !== '/auth/log.py') {
      const form = { ...same, form: request.form ?? {} };
      expect(comparableForm(same)).toEqual(JSON.parse(replace(JSON.stringify(comparableForm(form)))));
    }
  }
}

describe('generate-key on the wire', () => {
  const transcript = readTranscript('generate_key');
  const differences: Readonly<Record<string, Difference>> = {
    'tls-cert-empty': { why: 'NOTES 2: no certificate means those of the system', exitCode: 1, filesChanged: [] },
  };

  it.each(transcript.cases.map((wire) => [wire.name, wire] as const))('%s', async (_name, wire) => {
    const bench = await prepare(transcript, wire);
    const before = snapshot(bench.folder);
    const difference = differences[wire.name];
    expect(await bench.run()).toBe(difference?.exitCode ?? wire.exit_code);
    const changed = changes(before, snapshot(bench.folder));
    // Host keys come from the controller or with the first connection, which the tests of those show.
    const expected = Object.keys(wire.files_changed).filter((name) => !/known_hosts|hosts\.txt/.test(name));
    expect(Object.keys(changed).sort()).toEqual([...(difference?.filesChanged ?? expected)].sort());
    const ownKey = Object.entries(changed)
      .find(([name]) => name.endsWith('.pub'))?.[1]
      .content?.split(' ')[1];
    if (difference === undefined) {
      const type = ownKey === undefined ? 'ssh-rsa' : 'ssh-ed25519';
      const key = ownKey ?? placeholders['PUBLIC_KEY'] ?? '';
      expectRequests(bench, wire, (text) => fill(text.replace('ssh-rsa', type), { PUBLIC_KEY: key }));
    } else {
      expect(bench.controller.requests).toEqual([]);
    }
    const secrets = wire.files_changed['secrets.json'];
    if (secrets !== undefined && difference === undefined) {
      expect(JSON.parse(changed['secrets.json']?.content ?? '')).toEqual(JSON.parse(secrets.content ?? ''));
      // NOTES 12: the original leaves the secrets readable by everyone.
      expect(changed['secrets.json']?.mode).toBe('0600');
    }
    for (const [name, { mode }] of Object.entries(changed).filter(
      ([file]) => file.includes('id_') || file.includes('_rsa'),
    )) {
      expect(mode, name).toBe(wire.files_changed[name]?.mode);
    }
  });

  it('says its version, from the file VERSION', async () => {
    const wire = transcript.cases.find(({ name }) => name === 'version-file');
    if (wire === undefined) {
      throw new Error('no such case');
    }
    const bench = await prepare(transcript, wire);
    await bench.run();
    expect(bench.controller.requests[0]?.headers['user-agent']).toMatch(/^gatherer\/1\.0\.0-main-[0-9a-f]{40}$/);
  });
});

describe('preflight on the wire', () => {
  const transcript = readTranscript('preflight');
  const differences: Readonly<Record<string, Difference>> = {
    'ssh-host-false': {
      why: 'NOTES 2: "-" means no controller everywhere',
      exitCode: 0,
      filesChanged: ['export/TEST/preflight_date.txt'],
    },
  };

  it.each(transcript.cases.map((wire) => [wire.name, wire] as const))('%s', async (_name, wire) => {
    const bench = await prepare(transcript, wire);
    const before = snapshot(bench.folder);
    const difference = differences[wire.name];
    expect(await bench.run()).toBe(difference?.exitCode ?? wire.exit_code);
    const changed = changes(before, snapshot(bench.folder));
    const expected = Object.keys(wire.files_changed).filter((name) => !name.endsWith('/'));
    expect(Object.keys(changed).sort()).toEqual([...(difference?.filesChanged ?? expected)].sort());
    for (const [name, file] of Object.entries(changed)) {
      expect(file.mode, name).toBe(wire.files_changed[name]?.mode ?? '0644');
      const digits = (text: string | undefined) => text?.replace(/^[\dYMDHS.:f-]{10}T.{15}/, 'date');
      if (difference === undefined) {
        expect(digits(file.content), name).toBe(digits(wire.files_changed[name]?.content));
      } else {
        expect(file.content).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
      }
    }
    // NOTES 10: malformed secrets are a failed check like others, after which the controller is still asked.
    if (wire.name !== 'secrets-malformed') {
      expectRequests(bench, wire, (text) => text);
    }
  });
});

describe('log upload on the wire', () => {
  const transcript = readTranscript('log_upload');

  it.each(transcript.cases.map((wire) => [wire.name, wire] as const))('%s', async (_name, wire) => {
    const bench = await prepare(transcript, wire);
    expect(await bench.run()).toBe(wire.exit_code);
    const expected = exchangesOf(wire).filter(({ request }) => request.path === '/auth/log.py');
    const received = bench.controller.requests.filter((request) => request.path === '/auth/log.py');
    expect(received.map(({ method, query }) => ({ method, query }))).toEqual(
      expected.map(({ request: { method, query } }) => ({ method, query })),
    );
    for (const [index, request] of received.entries()) {
      const form = expected[index]?.request.form ?? {};
      for (const field of ownLogFields.filter((name) => name !== 'message')) {
        expect(request.form[field], field).toBe(form[field]);
      }
      if (form['message']?.startsWith('Controller status')) {
        expect(request.form['message']).toBe(form['message']);
      }
    }
  });
});

describe('host keys over the verified connection', () => {
  const transcript = readTranscript('generate_key');
  const port = 2222;

  async function register(known: string): Promise<{ readonly code: number; readonly hosts: string }> {
    const wire = transcript.cases.find(({ name }) => name === 'same-key-again');
    if (wire === undefined) {
      throw new Error('no such case');
    }
    const bench = await prepare(transcript, {
      ...wire,
      files_before: { ...wire.files_before, '.ssh/known_hosts': { mode: '0644', content: known } },
    });
    bench.controller.hostKeys = { host_keys: [hostKey], port };
    const code = await bench.run();
    return { code, hosts: snapshot(bench.folder).get('.ssh/known_hosts')?.content ?? '' };
  }

  let hostKey: string;
  let otherKey: string;
  beforeAll(async () => {
    const keys = await Promise.all([generateKey('ed25519', ''), generateKey('ed25519', '')]);
    [hostKey = '', otherKey = ''] = keys.map(({ publicKey }) => formatPublicKey(publicKey).trim());
  });

  it('are pinned, with the port that the controller tells', async () => {
    expect(await register('')).toEqual({ code: 0, hosts: `[localhost]:${port} ${hostKey}\n` });
  });

  it('change nothing where they are pinned already', async () => {
    const known = `other.example.org ${otherKey}\n[localhost]:${port} ${hostKey}\n`;
    expect(await register(known)).toEqual({ code: 0, hosts: known });
  });

  it('do not replace a key that is pinned: the agent stops', async () => {
    const known = `[localhost]:${port} ${otherKey}\n`;
    expect(await register(known)).toEqual({ code: 1, hosts: known });
  });
});
