import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepareFolders } from '../../src/controller/agent-folders.js';
import { projectLock } from '../../src/controller/project-lock.js';
import { type ControllerWorld, createWorld, type WorldOptions } from '../doubles/controller-world.js';
import { type Answer, readTranscript, send, type TranscriptCase } from '../doubles/transcript.js';

const HEAD = '0a1b2c3d4e5f60718293a4b5c6d7e8f901234567';
const KEY_RULE = 'Project key must be all-uppercase, only alphabetic characters\n';
const KEYS = {
  placeholder: 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQCexample agent for the TEST project',
  first: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl agent for the TEST project',
  second: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea agent for the TEST project',
};

/** By its schema a rule has a prefix; agents fail on one without, so that the store leaves it out. */
const RULE_WITHOUT_PREFIX = ', {"pattern": "(\\\\w+)@example.org", "replace": "$1", "mask": true}';

/** What is right where the original's answer is not, with the item of "Differ here" of the notes on the transcripts. */
interface Difference {
  readonly why: string;
  readonly status: number;
  readonly body: string | RegExp;
}

const asciiKeys = (body: string = KEY_RULE): Difference => ({ why: '5: [A-Z]+ is the rule', status: 400, body });
const oneProcess = (part: string): Difference => ({
  why: `6: there are no daemons to miss; of this one process, ${part} stands for it`,
  status: 503,
  body: new RegExp(`"daemon": \\{"ok": false, "message": "Missing daemons: ${part}"\\}`),
});
const notOffered: Difference = {
  why: '5: 501 has its number',
  status: 501,
  body: 'Server does not support this operation\n',
};

const noPeer: Difference = {
  why: 'a connection has a peer; test/unit/controller/admission.test.ts asks without the server',
  status: 503,
  body: /Remote address 127\.0\.0\.1 is not in defined networks/,
};

const differences: Readonly<Record<string, Difference>> = {
  'access/198.51.100.1 via 192.0.2.1': { why: '7: the peer is no proxy', status: 200, body: '[]\n' },
  'access/10.1.2.3 via 192.0.2.1,10.9.9.9': {
    why: '7: no crash; a comma alone parts hops',
    status: 200,
    body: '["TEST"]\n',
  },
  'access/10.1.2.3 via ': { why: '7: a bad header is ignored', status: 200, body: '["_"]\n' },
  'access/10.1.2.3 via unknown': { why: '7: a bad header is ignored', status: 200, body: '["_"]\n' },
  'access/10.1.2.3 via 192.0.2.1:1234': { why: '7: a bad header is ignored', status: 200, body: '["_"]\n' },
  'access/no-proxies': { why: '7: a missing _ does not crash', status: 200, body: '["TEST"]\n' },
  'access/nonsense': { why: '7: a malformed address does not crash', status: 503, body: /malformed/ },
  'access/host-bits': { why: '6: 503 with a line of text', status: 503, body: /192\.0\.2\.1\/24 has host bits set\n$/ },
  'encrypt/non-ascii-upper': asciiKeys(),
  'encrypt/gatherer-missing': {
    why: '6: there is no daemon to miss; a database that is away looks like this',
    status: 404,
    body: 'The value could not be encrypted for the provided project\n',
  },
  'export/non-ascii-upper': asciiKeys(),
  'export/agent-number': { why: '5: JSON that is no object', status: 400, body: /must be a JSON object/ },
  'export/agent-key-path': asciiKeys(),
  'export/exporter-missing': {
    why: '6: 503 with a line of text',
    status: 503,
    body: /^Could not lock the export: .*\n$/,
  },
  'log/non-ascii-upper': asciiKeys(),
  'log/controller-missing': { why: '6: there is no daemon to miss; records go to a file', status: 202, body: '' },
  'agent/non-ascii-upper': asciiKeys(),
  'agent/multi-line-key': { why: '4: keys are validated', status: 400, body: /^Public key is not acceptable: .*\n$/ },
  'agent/etcd-down': {
    why: '6: the lock is in the database',
    status: 503,
    body: /^Could not lock the agent for updating: .*\n$/,
  },
  'agent/database-down': { why: '6: 503 with a line of text', status: 503, body: /^Could not .* the agent.*\n$/ },
  'agent/database-refused': {
    why: '6: the lock is in the database too',
    status: 503,
    body: /^Could not lock the agent.*\n$/,
  },
  'agent/gatherer-missing': { why: '6: 503 with a line of text', status: 503, body: /^Could not .* the agent.*\n$/ },
  'status/get-non-ascii-upper': asciiKeys(),
  'status/post-non-ascii-upper': asciiKeys(),
  'status/method-PUT': notOffered,
  'status/method-DELETE': notOffered,
  'status/method-HEAD': { ...notOffered, body: '' },
  'status/method-OPTIONS': notOffered,
  'status/method-PATCH': notOffered,
  'status/method-PUT-form': notOffered,
  'status/post-json': { why: '6: no traceback', status: 415, body: /^Request body must be .*\n$/ },
  'status/post-object': { why: '6: no traceback', status: 400, body: /^Status field is malformed.*\n$/ },
  'status/post-unregistered-project': {
    why: '9: 404, nothing stored',
    status: 404,
    body: 'Project is not yet registered in the database\n',
  },
  'status/net-ipv4-mapped': {
    why: 'a socket for both families shows IPv4 peers so; admission.test.ts asks for the text of a header',
    status: 503,
    body: /"network": \{"ok": true\}/,
  },
  'status/net-empty-address': noPeer,
  'status/net-no-address': noPeer,
  'status/get-etcd-down': {
    why: '6: the lock is in the database',
    status: 503,
    body: /"lock": \{"ok": false, "message": "Could not look at the lock agent\/TEST"\}/,
  },
  'status/get-database-down': {
    why: '6: no traceback',
    status: 503,
    body: /"database": \{"ok": false, "message": "Could not/,
  },
  'status/get-database-refused': {
    why: '6: the lock is in the database too; wording',
    status: 503,
    body: /"tracker": \{"ok": true, "message": "Could not access update tracker from database: /,
  },
  'status/get-gatherer-missing': oneProcess('importer'),
  'status/get-controller-missing': oneProcess('ssh'),
  'status/get-exporter-missing': oneProcess('importer'),
  'status/get-two-missing': oneProcess('ssh, importer'),
  'status/get-name-server-down': oneProcess('ssh, importer'),
};

/** Puts a transcript's answer, with what is told by a name in it, against ours. */
function compare(endpoint: string, { name, response }: TranscriptCase, answer: Answer): void {
  const difference = differences[`${endpoint}/${name}`];
  if (difference !== undefined) {
    expect(answer.status, difference.why).toBe(difference.status);
    expect(answer.body, difference.why).toMatch(
      difference.body instanceof RegExp ? difference.body : exactly(difference.body),
    );
    return;
  }
  expect(response.uncaught_exception, 'a defect needs an entry among the differences').toBeUndefined();
  expect(answer.status).toBe(Number.parseInt(response.status_line ?? '200', 10));
  if (response.body === undefined) {
    const parts = Object.entries(Object(response.json)).filter(([part]) => part !== '...');
    expect(JSON.parse(answer.body)).toMatchObject(Object.fromEntries(parts));
    return;
  }
  expect(answer.body).toMatch(exactly(response.body.replace(RULE_WITHOUT_PREFIX, '')));
  expect(answer.type).toBe(response.headers?.['Content-Type'] ?? response.headers?.['Content-type']);
}

function exactly(body: string): RegExp {
  const pattern = body
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('\\{\\{HEAD\\}\\}', HEAD)
    .replaceAll('\\{\\{BCRYPT_SALT\\}\\}', '\\$2b\\$12\\$[./A-Za-z0-9]{22}')
    .replaceAll('\\{\\{TIMEDELTA\\}\\}', '\\d+ days?, \\d+:\\d\\d:\\d\\d(?:\\.\\d{6})?');
  return new RegExp(`^${pattern}$`);
}

/** Replays each case of an endpoint; `directly after` cases go on with the state that the one before left. */
function replay(
  endpoint: string,
  optionsOf: (test: TranscriptCase) => WorldOptions,
  prepare: (world: ControllerWorld, test: TranscriptCase) => Promise<void> | void,
  options: {
    readonly chained?: readonly string[];
    readonly peerOf?: (test: TranscriptCase) => string | undefined;
  } = {},
): void {
  const { cases } = readTranscript(endpoint);
  for (const [index, test] of cases.entries()) {
    it(test.name, async () => {
      await using world = await createWorld(optionsOf(test));
      const start = firstOfChain(cases, index, options.chained ?? []);
      const answers: Answer[] = [];
      await prepare(world, cases[start] ?? test);
      for (const { request } of cases.slice(start, index + 1)) {
        answers.push(await send(world, ours(request), options.peerOf?.(test) ?? test.request.remote_address));
      }
      const last = answers.at(-1);
      expect(last).toBeDefined();
      if (last !== undefined) {
        compare(endpoint, test, last);
      }
    });
  }
}

function firstOfChain(cases: readonly TranscriptCase[], index: number, chained: readonly string[]): number {
  return chained.includes(cases[index]?.name ?? '') ? firstOfChain(cases, index - 1, chained) : index;
}

/** The keys of the transcripts are no keys, and ours are validated. */
function ours(request: TranscriptCase['request']): TranscriptCase['request'] {
  const text = JSON.stringify(request)
    .replaceAll('{{HEAD}}', HEAD)
    .replaceAll(`${KEYS.placeholder} 2`, KEYS.second)
    .replaceAll(KEYS.placeholder, KEYS.first);
  return JSON.parse(text);
}

function settingsOf(endpoint: string): string {
  const [, quoted = '""'] = /Settings: (\\"(?:[^"\\]|\\\\n|\\\\)*\\")/.exec(readTranscript(endpoint).text) ?? [];
  return JSON.parse(JSON.parse(`"${quoted}"`));
}

describe('access.py', () => {
  const settings = settingsOf('access');
  const variants: Readonly<Record<string, string>> = {
    'no-star': settings.replace('* = 203.0.113.0/24\n', ''),
    'no-section': '[projects]\nTEST = x\n',
    'host-bits': '[access]\n* = 203.0.113.0/24\ntest = 192.0.2.1/24\n',
    'no-proxies': settings.replace(/_ = .*\n/, ''),
  };
  replay(
    'access',
    ({ name }) => ({ settings: variants[name] ?? settings }),
    () => undefined,
    { peerOf: ({ name, request }) => request.remote_address ?? (name === 'None' ? undefined : peerOf(name)) },
  );

  /** Requests without an address were recorded from this one, as was the header that the recording left out. */
  function peerOf(name: string): string {
    return name.startsWith('10.') ? '10.1.2.3' : '192.0.2.1';
  }
});

describe('version.py', () => {
  replay(
    'version',
    () => ({ release: { version: '1.0.0', branch: 'master', commit: HEAD } }),
    () => undefined,
  );
});

describe('encrypt.py', () => {
  replay(
    'encrypt',
    () => ({}),
    ({ store }, { state }) => {
      const salts = { salt: '$2b$12$abcdefghijklmnopqrstuu', pepper: '$2b$12$zyxwvutsrqponmlkjihgfe' };
      store.addProject('TEST', state?.['salts_in_database'] === true ? salts : undefined);
      store.globalSalts = { salt: '$2b$12$globalsaltglobalsaltgu', pepper: '$2b$12$globalpepperglobalpepu' };
      store.down = state?.['database'] !== undefined || state?.['registered_daemons'] !== undefined;
    },
  );
});

describe('agent.py', () => {
  replay(
    'agent',
    () => ({ policy: 'open' }),
    ({ store }, { state }) => {
      const salts = { salt: '$2b$12$abcdefghijklmnopqrstuu', pepper: '$2b$12$zyxwvutsrqponmlkjihgfe' };
      store.addProject('TEST', state?.['salts_in_database'] === true ? salts : undefined);
      const rule = { prefix: 'ORG%', pattern: 'ORG(\\w+)', replace: '$1' };
      store.rules.set('TEST', [rule]);
      store.rules.set('OTHER', [rule, { prefix: 'x%', pattern: 'x(.*)', replace: '$1' }]);
      store.down = state?.['database'] !== undefined || state?.['registered_daemons'] !== undefined;
      store.locksDown = state?.['lock'] === 'down';
      if (state?.['lock'] === 'locked') {
        store.locked.add(projectLock('TEST'));
      }
    },
    { chained: ['same-key-again', 'new-key', 'second-project'] },
  );
});

describe('export.py', () => {
  replay(
    'export',
    () => ({ settings: '[projects]\nTEST = x\nOTHER = y\n' }),
    ({ store }, { state }) => {
      store.down = state?.['registered_daemons'] !== undefined;
    },
  );
});

describe('log.py', () => {
  replay(
    'log',
    () => ({}),
    () => undefined,
    { chained: ['second'] },
  );
});

describe('status.py', () => {
  const missing: Readonly<Record<string, readonly string[]>> = {
    'get-gatherer-missing': ['importer'],
    'get-controller-missing': ['ssh'],
    'get-exporter-missing': ['importer'],
    'get-two-missing': ['ssh', 'importer'],
    'get-name-server-down': ['ssh', 'importer'],
  };
  replay('status', () => ({ settings: settingsOf('status') }), prepareStatus, {
    chained: ['post-again', 'post-database-down-again'],
  });

  async function prepareStatus(world: ControllerWorld, { name, state }: TranscriptCase): Promise<void> {
    const { store, folders } = world;
    const project = store.addProject('TEST');
    await store.saveAgent('TEST', KEYS.first);
    await prepareFolders(folders, 'TEST', 'TEST', []);
    const tracker = state?.['preflight_date.txt'];
    if (typeof tracker === 'string') {
      project.trackers.push({ file: 'preflight_date.txt', contents: trackerText(tracker), updated: new Date() });
    }
    if (name === 'get-wrong-ssh-mode') {
      store.agents.delete('TEST');
    }
    if (name === 'get-wrong-directory-mode') {
      await rm(folders.update('TEST', 'TEST'), { recursive: true });
    }
    if (state?.['lock'] === 'locked') {
      store.locked.add(projectLock('TEST'));
    }
    if (state !== undefined && 'env_file' in state) {
      await setEnvironment(join(folders.data, 'env'), state['env_file']);
    }
    if (name === 'get-importer-running') {
      await store.addImport('TEST', 'TEST', 'waits');
    }
    store.locksDown = state?.['lock'] === 'down';
    store.down = state?.['database'] !== undefined;
    world.stopped.push(...(missing[name] ?? []));
  }

  async function setEnvironment(file: string, contents: unknown): Promise<void> {
    await (typeof contents === 'string' ? writeFile(file, contents) : rm(file));
  }

  function trackerText(text: string): string {
    const now = new Date().toISOString();
    return text
      .replace('{{NOW}} without microseconds, with offset -05:00', `${now.slice(0, 19)}-05:00`)
      .replace('{{NOW}} with offset -05:00', `${now.replace('Z', '000-05:00')}`)
      .replace('{{NOW}}', now.replace('Z', '000'));
  }
});
