import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadSettings } from '../../src/config/settings.js';
import { Redactor } from '../../src/log/redactor.js';
import { copyFolder } from '../../src/sources/file-store/copy-folder.js';
import { LocalStore } from '../../src/sources/file-store/local.js';
import type { StoreRuntime } from '../../src/sources/file-store/open.js';
import { type DropinOptions, retrieveDropins } from '../../src/sources/file-store/retrieve-dropins.js';
import { startScript } from '../servers/script.js';
import { startSimulator, writeDataset } from '../servers/simulator.js';
import { silentLogger } from '../silent-logger.js';
import { temporaryFolder } from '../temporary-folder.js';

const password = 'geheim';
const contents: Readonly<Record<string, string>> = {
  'data_tag.json': '[]',
  'naam é & 1%.json': '{"naam": "Renée"}',
  'sub/deep/x.json': '{}',
  'sub/empty.txt': '',
  'large.json': 'x'.repeat(300_000),
};
const files = {
  ...Object.fromEntries(Object.entries(contents).map(([name, text]) => [`/dropins/TEST/${name}`, text])),
  '/dropins/TESTER/data.json': '[]',
};

/** Path and text of each file below a folder. */
function tree(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return [path.relative(folder, file), readFileSync(file, 'utf8')];
    }),
  );
}

class World {
  readonly home = temporaryFolder();
  readonly dropins = path.join(this.home, 'dropins');

  constructor(private readonly section: string) {
    mkdirSync(path.join(this.dropins, 'TEST'), { recursive: true });
    writeFileSync(path.join(this.dropins, 'TEST', 'old.json'), 'old');
  }

  async retrieve(options: Partial<DropinOptions> = {}): Promise<void> {
    const environment = { GATHERER_SETTINGS_FILE: path.join(this.home, 'settings.cfg') };
    writeFileSync(environment.GATHERER_SETTINGS_FILE, `[dropins]\n${this.section}`);
    const { signal } = new AbortController();
    const settings = loadSettings(environment, new Redactor());
    const runtime: StoreRuntime = { home: this.home, version: '1', environment, settings, log: silentLogger, signal };
    await retrieveDropins(runtime, { project: 'TEST', path: 'dropins', skip: false, ...options });
  }

  /** What is there now, of the project and besides. */
  get found(): Readonly<Record<string, string>> {
    return existsSync(this.dropins) ? tree(this.dropins) : {};
  }
}

const old = { 'TEST/old.json': 'old' };
const retrieved = Object.fromEntries(Object.entries(contents).map(([name, text]) => [`TEST/${name}`, text]));

function accountAt(url: string, type = 'owncloud'): string {
  return `type = ${type}\nurl = ${url}\nusername = gros\npassword = ${password}\n`;
}

async function serve(flags: readonly string[] = [], dataset: object = { files }) {
  const data = writeDataset(temporaryFolder(), { users: { gros: password }, ...dataset });
  const server = await startSimulator('owncloud', data, flags);
  onTestFinished(() => server.stop());
  return server;
}

describe('dropins over WebDAV', () => {
  it.each<readonly [string, readonly string[]]>([
    ['no request fails', []],
    ['every seventh request is answered with 503', ['--fail-every', '7:503']],
    ['every fifth request is answered with 429', ['--fail-every', '5:429']],
    ['every third body is cut', ['--truncate-every', '3']],
    ['answers take a while', ['--latency', '30']],
  ])('are the same where %s', async (_, flags) => {
    const server = await serve(flags);
    const world = new World(accountAt(server.url));
    await world.retrieve();
    expect(world.found).toEqual(retrieved);
    expect(server.requests().some(({ fault }) => fault !== null)).toBe(flags.some((flag) => flag.endsWith('-every')));
  });

  it.each([
    ['nextcloud', '/'],
    ['owncloud', '/remote.php/webdav'],
    ['owncloud', '/remote.php/dav/files/gros/'],
  ])('come from %s at %s', async (type, place) => {
    const server = await serve();
    const world = new World(accountAt(`${server.url}${place}`, type));
    await world.retrieve({ path: '/dropins/' });
    expect(world.found).toEqual(retrieved);
  });

  it('go where the store has none', async () => {
    const server = await serve([], { files: { '/dropins/TESTER/x': '' } });
    const world = new World(accountAt(server.url));
    await world.retrieve();
    expect(world.found).toEqual({});
  });

  it('stay where the password is wrong, which the error names', async () => {
    const server = await serve();
    const world = new World(accountAt(server.url));
    await expect(world.retrieve({ password: 'fout' })).rejects.toThrow(/401: username and password of section/);
    expect(world.found).toEqual(old);
  });

  it('stay where the store cannot be reached', async () => {
    const world = new World(accountAt('http://127.0.0.1:1'));
    await expect(world.retrieve()).rejects.toMatchObject({ failure: 'refused' });
    expect(world.found).toEqual(old);
  });

  it.each(['../../etc', 'a/../..', 'a\\b'])('are not looked for at %s', async (place) => {
    const world = new World(accountAt('http://127.0.0.1:1'));
    await expect(world.retrieve({ path: place })).rejects.toThrow('is no path within the store');
  });
});

const listing = (...hrefs: readonly string[]): string =>
  `<d:multistatus xmlns:d="DAV:">${['/remote.php/webdav/dropins/TEST/', ...hrefs]
    .map((href, index) => {
      const kind = index === 0 ? '<d:collection/>' : '';
      return `<d:response><d:href>${href}</d:href><d:propstat><d:prop><d:resourcetype>${kind}</d:resourcetype></d:prop></d:propstat></d:response>`;
    })
    .join('')}</d:multistatus>`;

/** A store with this listing, whose files hold their path. */
async function hostile(text: string) {
  const asked: string[] = [];
  const { url } = await startScript((request, response) => {
    if (request.method === 'PROPFIND') return response.writeHead(207).end(text);
    asked.push(request.url ?? '');
    return response.end('x');
  });
  return { world: new World(accountAt(url)), asked };
}

describe('a store that is not to be trusted', () => {
  it('leads to no place outside of the folder of the project', async () => {
    const base = '/remote.php/webdav/dropins/TEST';
    const { world, asked } = await hostile(
      listing(
        ...[`${base}/../../../evil`, `${base}/%2e%2e/evil`, `${base}/..%2fevil`, `${base}/a%5cb`, `${base}/a%00b`],
        ...['/evil', 'https://elsewhere.example/evil', `${base}/%ff`, 'mailto:x', `${base}/${'n'.repeat(300)}`],
        ...[`http://elsewhere.example${base}/good.json`],
      ),
    );
    await world.retrieve();
    expect(world.found).toEqual({ 'TEST/good.json': 'x' });
    expect(asked).toEqual([`${base}/good.json`]);
    expect(readdirSync(world.home).sort()).toEqual(['dropins', 'settings.cfg']);
  });

  it.each([
    ['<html><body>Log in</body>', /what is no XML/],
    ['<!DOCTYPE x [<!ENTITY a "aa">]><d:multistatus xmlns:d="DAV:">&a;</d:multistatus>', /what is no XML/],
    [
      listing(...Array.from({ length: 10_001 }, (_, index) => `/remote.php/webdav/dropins/TEST/${index}`)),
      /10000 files/,
    ],
  ])('changes nothing where it lists what is not taken: %#', async (text, message) => {
    const { world } = await hostile(text);
    await expect(world.retrieve()).rejects.toThrow(message);
    expect(world.found).toEqual(old);
  });
});

describe('dropins of a local folder', () => {
  function folder(): string {
    const root = temporaryFolder();
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      writeFileSync(path.join(root, name), text);
    }
    return root;
  }

  it.each([(root: string) => root, (root: string) => `file://${root}`])('are copied', async (url) => {
    const world = new World(`type = local\nurl = ${url(folder())}\n`);
    await world.retrieve();
    expect(world.found).toEqual(retrieved);
  });

  it('do not come from where links lead', async () => {
    const root = folder();
    const secret = path.join(temporaryFolder(), 'secret');
    writeFileSync(secret, 'secret');
    symlinkSync(secret, path.join(root, 'dropins', 'TEST', 'link.json'));
    symlinkSync(path.dirname(secret), path.join(root, 'dropins', 'TEST', 'folder'));
    const world = new World(`type = local\nurl = ${root}\n`);
    await world.retrieve();
    expect(world.found).toEqual(retrieved);
    symlinkSync(path.join(root, 'dropins', 'TEST'), path.join(root, 'dropins', 'LINK'));
    await expect(world.retrieve({ project: 'LINK' })).rejects.toThrow('leads to elsewhere');
  });

  it('are no more than is taken', async () => {
    const root = folder();
    const store = new LocalStore(root, silentLogger);
    const copy = (limits: { files?: number; bytes?: number; depth?: number }) =>
      copyFolder(store, ['dropins', 'TEST'], path.join(temporaryFolder(), 'copy'), {
        ...{ files: 100, bytes: 1_000_000, depth: 5 },
        ...limits,
      });
    expect(await copy({})).toEqual({ files: 5, bytes: Buffer.byteLength(Object.values(contents).join('')) });
    await expect(copy({ files: 3 })).rejects.toThrow('more than 3 files');
    await expect(copy({ depth: 1 })).rejects.toThrow('nested too deeply');
    await expect(copy({ bytes: 200_000 })).rejects.toThrow('300000 bytes');
  });

  it('take the place of what a killed run left', async () => {
    const world = new World(`type = local\nurl = ${folder()}\n`);
    for (const left of ['.TEST.next', '.TEST.last']) {
      mkdirSync(path.join(world.dropins, left));
      writeFileSync(path.join(world.dropins, left, 'half.json'), '[');
    }
    await world.retrieve();
    expect(world.found).toEqual(retrieved);
  });
});

it('removes the dropins and asks no store where they are skipped', async () => {
  const world = new World('type = owncloud\nurl = http://127.0.0.1:1\n');
  await world.retrieve({ skip: true });
  expect(world.found).toEqual({});
});

it('names what is not set, and a kind of store that there is not', async () => {
  await expect(new World('type = owncloud\nurl = http://x.example.org\n').retrieve()).rejects.toThrow('"username"');
  await expect(new World('').retrieve({ type: 'ftp' })).rejects.toThrow('expected one of owncloud, nextcloud, local');
});
