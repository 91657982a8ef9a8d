import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadCredentials } from '../../src/config/credentials.js';
import { loadSettings } from '../../src/config/settings.js';
import { Redactor } from '../../src/log/redactor.js';
import { archiveLimits, unpack } from '../../src/sources/importer/archive.js';
import { UnstableError } from '../../src/sources/importer/error.js';
import {
  type ImporterOptions,
  type ImporterRuntime,
  retrieveImporter,
  retrieveImporterData,
} from '../../src/sources/importer/retrieve-importer.js';
import { startScript } from '../servers/script.js';
import { startSimulator, writeDataset } from '../servers/simulator.js';
import { silentLogger } from '../silent-logger.js';
import { temporaryFolder } from '../temporary-folder.js';

const password = 'geheim';

class World {
  readonly home = temporaryFolder();

  constructor(readonly settings: string) {
    mkdirSync(path.join(this.home, 'lib'));
    writeFileSync(path.join(this.home, 'lib', 'old.jar'), 'old');
    writeFileSync(path.join(this.home, 'importerjson.jar'), 'old');
  }

  get runtime(): ImporterRuntime {
    const environment = {
      GATHERER_SETTINGS_FILE: path.join(this.home, 'settings.cfg'),
      GATHERER_CREDENTIALS_FILE: path.join(this.home, 'credentials.cfg'),
    };
    writeFileSync(environment.GATHERER_SETTINGS_FILE, this.settings);
    writeFileSync(environment.GATHERER_CREDENTIALS_FILE, '');
    const redactor = new Redactor();
    return {
      ...{ home: this.home, version: '1', environment, log: silentLogger, signal: new AbortController().signal },
      settings: loadSettings(environment, redactor),
      credentials: loadCredentials(environment, redactor),
    };
  }

  retrieve(options: Partial<ImporterOptions> = {}): Promise<void> {
    return retrieveImporter(this.runtime, { base: '.', from: { jenkins: {} }, ...options });
  }

  get found(): Readonly<Record<string, string>> {
    const entries = readdirSync(this.home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const files = entries.map((entry) => path.relative(this.home, path.join(entry.parentPath, entry.name)));
    const shown = files.filter((file) => !file.endsWith('.cfg'));
    return Object.fromEntries(shown.map((file) => [file, readFileSync(path.join(this.home, file), 'utf8')]));
  }
}

const old = { 'importerjson.jar': 'old', 'lib/old.jar': 'old' };

function importerOf(build: string): Readonly<Record<string, string>> {
  return { 'importerjson.jar': `importer ${build}`, 'lib/one.jar': `one ${build}`, 'lib/deep/two.jar': `two ${build}` };
}

function build(number: number, result: string | null, branches?: Readonly<Record<string, number>>): object {
  const files = Object.entries(importerOf(String(number))).map(([name, text]) => [`out/dist/${name}`, text]);
  const artifacts = { ...Object.fromEntries(files), 'out/dist/notes.txt': 'x', 'out/other.txt': 'x' };
  return { number, result, building: result === null, ...(branches === undefined ? {} : { branches }), artifacts };
}

async function serve(jobs: readonly object[], flags: readonly string[] = []) {
  const auth = { users: [{ username: 'gros', password }], anonymousRead: false };
  const server = await startSimulator('jenkins', writeDataset(temporaryFolder(), { auth, jobs }), flags);
  onTestFinished(() => server.stop());
  const jenkins = `[jenkins]\nhost = ${server.url}\nusername = gros\npassword = ${password}\n`;
  const importer = `[importer]\njob = team/importer\nbranch = main\nresults = SUCCESS, UNSTABLE\nartifact = out/dist\n`;
  return { server, world: new World(`${jenkins}${importer}`) };
}

function team(...builds: readonly object[]): readonly object[] {
  return [{ name: 'team', jobs: [{ name: 'importer', builds }] }];
}

describe('the importer of Jenkins', () => {
  it.each<readonly [string, readonly string[]]>([
    ['no request fails', []],
    ['every third request is answered with 503', ['--fail-every', '3:503']],
    ['every third request is answered with 429', ['--fail-every', '3:429']],
    ['every second body is cut', ['--truncate-every', '2']],
    ['answers take a while', ['--latency', '30']],
  ])('is the same where %s', async (_, flags) => {
    const { server, world } = await serve(team(build(7, 'SUCCESS', { main: 7 })), flags);
    await world.retrieve();
    expect(world.found).toEqual(importerOf('7'));
    expect(server.requests().some(({ fault }) => fault !== null)).toBe(flags.some((flag) => flag.endsWith('-every')));
  });

  it.each<readonly [string, readonly object[], string]>([
    ['the last of the branch', [build(8, 'SUCCESS', { main: 7, x: 8 }), build(7, 'SUCCESS', { main: 7 })], '7'],
    ['one that is unstable, if that counts', [build(8, 'UNSTABLE', { main: 8 })], '8'],
    ['the one before a failure', [build(8, 'FAILURE', { main: 8 }), build(7, 'SUCCESS', { main: 7 })], '7'],
    ['the one before that which is at work', [build(8, null, { main: 8 }), build(7, 'SUCCESS', { main: 7 })], '7'],
    [
      'none of another branch',
      [
        build(9, 'FAILURE', { main: 9, x: 8 }),
        build(8, 'SUCCESS', { main: 7, x: 8 }),
        build(7, 'ABORTED', { main: 7 }),
        build(6, 'SUCCESS', { main: 6 }),
      ],
      '6',
    ],
    ['the last one where branches are not told', [build(8, 'FAILURE'), build(7, 'SUCCESS'), build(6, 'SUCCESS')], '7'],
  ])('is %s', async (_, builds, expected) => {
    const { world } = await serve(team(...builds));
    await world.retrieve();
    expect(world.found).toEqual(importerOf(expected));
  });

  it('is that of a branch of a multibranch job, whose name may have a slash', async () => {
    const branches = [
      { name: 'main', builds: [build(1, 'SUCCESS')] },
      { name: 'feature%2Fx', builds: [build(2, 'SUCCESS')] },
    ];
    const { world } = await serve([{ name: 'team', jobs: [{ name: 'importer', jobs: branches }] }]);
    await world.retrieve({ branch: 'feature/x' });
    expect(world.found).toEqual(importerOf('2'));
    await expect(world.retrieve({ branch: 'gone' })).rejects.toThrow('has no branch gone');
  });

  it('stays where no build is stable, and where there is no build or job', async () => {
    const { world } = await serve(team(build(8, 'FAILURE', { main: 8 })));
    await expect(world.retrieve()).rejects.toThrow(UnstableError);
    await expect(world.retrieve({ job: 'other' })).rejects.toThrow('no job other');
    const { world: empty } = await serve(team());
    await expect(empty.retrieve()).rejects.toThrow('has no builds');
    expect(world.found).toEqual(old);
  });

  it('stays where the password is wrong, which the error names', async () => {
    const { world } = await serve(team(build(8, 'SUCCESS')));
    const jenkins = { password: 'fout' };
    await expect(world.retrieve({ from: { jenkins } })).rejects.toThrow(/401: username and password of section/);
    expect(world.found).toEqual(old);
  });
});

/** An archive whose file `dist/lib/link.jar` is a link to /etc/passwd. */
const link =
  'UEsDBBQAAAAAANYhfl0S3ex4AwAAAAMAAAAVAAAAZGlzdC9pbXBvcnRlcmpzb24uamFyamFyUEsDBBQAAAAAAAAAIQAKuR8pCwAAAAsAAAARAAAA' +
  'ZGlzdC9saWIvbGluay5qYXIvZXRjL3Bhc3N3ZFBLAQIUAxQAAAAAANYhfl0S3ex4AwAAAAMAAAAVAAAAAAAAAAAAAACAAQAAAABkaXN0L2ltcG9y' +
  'dGVyanNvbi5qYXJQSwECFAMUAAAAAAAAACEACrkfKQsAAAALAAAAEQAAAAAAAAAAAAAA/6E2AAAAZGlzdC9saWIvbGluay5qYXJQSwUGAAAAAAIA' +
  'AgCCAAAAcAAAAAAA';

describe('an archive that is not to be trusted', () => {
  it.each<readonly [string, Readonly<Record<string, string>>, RegExp]>([
    ['leads elsewhere', { 'out/dist/lib/../../evil.jar': 'x' }, /invalid relative path/],
    ['has no libraries', { 'out/dist/importerjson.jar': 'x' }, /has no lib/],
    ['has no importer', { 'out/dist/lib/x.jar': 'x', 'out/dist/sub/importerjson.jar': 'x' }, /has no importerjson.jar/],
  ])('changes nothing where it %s', async (_, artifacts, message) => {
    const { world } = await serve(team({ number: 1, result: 'SUCCESS', artifacts }));
    await expect(world.retrieve()).rejects.toThrow(message);
    expect(world.found).toEqual(old);
  });

  it.each([
    ['is a link', Buffer.from(link, 'base64'), /has links/],
    ['is no archive', Buffer.from('<html>'), /cannot be unpacked/],
    ['is cut', Buffer.from(link, 'base64').subarray(0, 200), /cannot be unpacked/],
  ])('changes nothing where it %s', async (_, body, message) => {
    const { url } = await startScript((_request, response) => response.end(body));
    const world = new World('');
    await expect(world.retrieve({ from: { url: `${url}/dist.zip` } })).rejects.toThrow(message);
    expect(world.found).toEqual(old);
  });

  it('unpacks no more than it may', async () => {
    const [first, folder] = [temporaryFolder(), temporaryFolder()];
    const file = path.join(first, 'dist.zip');
    writeFileSync(file, Buffer.from(link, 'base64'));
    const jarOnly = (names: readonly string[]) => names[0] === 'importerjson.jar';
    await expect(unpack(file, jarOnly, first, { ...archiveLimits, files: 1 })).rejects.toThrow('more than 1 files');
    await expect(unpack(file, jarOnly, folder, { ...archiveLimits, bytes: 2 })).rejects.toThrow('more than 2 bytes');
    await unpack(file, jarOnly, folder);
    expect(readFileSync(path.join(folder, 'importerjson.jar'), 'utf8')).toBe('jar');
  });
});

it('comes from an address, with the account in it', async () => {
  const { server } = await serve(team(build(3, 'SUCCESS')));
  const place = server.url.replace('://', `://gros:${password}@`);
  const archive = '/job/team/job/importer/3/artifact/out/dist/*zip*/dist.zip';
  const world = new World(`[importer]\nurl = ${place}${archive}\n`);
  await world.retrieve({ from: {} });
  expect(world.found).toEqual(importerOf('3'));
  expect(JSON.stringify(server.requests())).not.toContain(password);
  const wrong = new World(`[importer]\nurl = ${server.url.replace('://', '://gros:fout@')}${archive}\n`);
  const failure = await wrong.retrieve({ from: {} }).catch(String);
  expect(failure).toMatch(/401/);
  expect(failure).not.toContain('fout');
});

it('comes from a folder in which it was built', async () => {
  const built = temporaryFolder();
  for (const [name, text] of Object.entries(importerOf('x'))) {
    const file = path.join(built, 'dist', name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const world = new World('');
  await world.retrieve({ from: { path: built }, base: 'made/here' });
  expect(world.found).toEqual({
    ...old,
    ...Object.fromEntries(Object.entries(importerOf('x')).map(([name, text]) => [`made/here/${name}`, text])),
  });
  await expect(world.retrieve({ from: { path: temporaryFolder() } })).rejects.toThrow('has no importerjson.jar');
});

it('says what is not set', async () => {
  await expect(new World('').retrieve()).rejects.toThrow('No Jenkins server');
  await expect(new World('').retrieve({ from: {} })).rejects.toThrow('set url of section [importer]');
  await expect(new World('[jenkins]\nhost = http://127.0.0.1:1\n').retrieve()).rejects.toThrow(
    '"job" of section [importer]',
  );
});

describe('the data that go with it', () => {
  const name = 'data_vcsdev_to_dev.json';

  async function worldOf(files: Readonly<Record<string, string>>): Promise<World> {
    const dataset = writeDataset(temporaryFolder(), { users: { gros: password }, files });
    const server = await startSimulator('owncloud', dataset);
    onTestFinished(() => server.stop());
    return new World(`[dropins]\ntype = owncloud\nurl = ${server.url}\nusername = gros\npassword = ${password}\n`);
  }

  it('come from the store, and stay where they differ unless that is asked for', async () => {
    const world = await worldOf({ [`/import/${name}`]: '[1]' });
    const retrieve = (force: boolean) => retrieveImporterData(world.runtime, { base: '.', force, store: {} });
    await retrieve(false);
    await retrieve(false);
    expect(world.found).toEqual({ ...old, [name]: '[1]' });
    writeFileSync(path.join(world.home, name), '[2]');
    await expect(retrieve(false)).rejects.toThrow('--force replaces it');
    expect(world.found).toEqual({ ...old, [name]: '[2]' });
    await retrieve(true);
    expect(world.found).toEqual({ ...old, [name]: '[1]' });
  });

  it('are missed where the store does not have them, and not where there is no store', async () => {
    const world = await worldOf({});
    const options = { base: '.', force: false, store: {} };
    await expect(retrieveImporterData(world.runtime, options)).rejects.toThrow(`has no import/${name}`);
    await retrieveImporterData(new World('').runtime, options);
    expect(world.found).toEqual(old);
  });
});
