import { readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Runtime } from '../../config/runtime.js';
import { ApiConnections } from '../../http/connections.js';
import { FileSink } from '../../http/file-sink.js';
import { openStore, type StoreOptions } from '../file-store/open.js';
import { openJenkins } from '../jenkins/open.js';
import { type JenkinsOptions, placeOfSettings } from '../jenkins/place.js';
import { parseWebUrl, withoutAccount } from '../source-url.js';
import { fromArchive, fromBuild, install } from './distribution.js';
import { ImporterError } from './error.js';
import { findBuild } from './find-build.js';

export type ImporterRuntime = Pick<
  Runtime,
  'home' | 'version' | 'environment' | 'settings' | 'credentials' | 'log' | 'signal'
>;

export interface ImporterOptions {
  /** Folder that the importer is put into. */
  readonly base: string;
  /** Where it is from: a folder that it was built in, a Jenkins server, else an address of an archive. */
  readonly from:
    | { readonly path: string }
    | { readonly jenkins: JenkinsOptions }
    | { readonly url?: string | undefined };
  readonly job?: string | undefined;
  readonly branch?: string | undefined;
  readonly artifact?: string | undefined;
  readonly results?: readonly string[] | undefined;
}

/** Bytes of an archive, and the time in milliseconds that it may take. */
const limits = { size: 1024 ** 3, total: 1_800_000 };
const mostOfData = 256 * 1024 ** 2;
const permission = 'Job/Read, and Run/Artifacts where Jenkins asks for that';
const dataFile = 'data_vcsdev_to_dev.json';

/**
 * Puts the original importer into a folder. Where it is not to be had, the one that is there stays.
 *
 * @throws {ImporterError} where there is none, or nothing says where
 * @throws {ConfigError} where the settings cannot be used
 * @throws {HttpError} where it cannot be downloaded
 */
export async function retrieveImporter(runtime: ImporterRuntime, options: ImporterOptions): Promise<void> {
  const { home, version, environment, log, signal } = runtime;
  const { from } = options;
  const base = path.resolve(home, options.base);
  if ('path' in from) return install(base, runtime, (folder) => fromBuild(folder, path.resolve(home, from.path)));
  const connections = new ApiConnections({ version, environment, log, signal });
  try {
    const download =
      'jenkins' in from
        ? await fromJenkins(runtime, connections, options, from.jenkins)
        : fromAddress(runtime, connections, from.url);
    await install(base, runtime, (folder) => fromArchive(folder, download));
    log.info(`The importer is in ${base}`);
  } finally {
    await connections.close();
  }
}

type Download = (file: string) => Promise<void>;

async function fromJenkins(
  runtime: ImporterRuntime,
  connections: ApiConnections,
  options: ImporterOptions,
  jenkins: JenkinsOptions,
): Promise<Download> {
  const { log, signal } = runtime;
  const place = placeOfSettings(runtime, jenkins);
  if (place === undefined) throw new ImporterError('No Jenkins server: set host of section [jenkins], or --jenkins');
  const setting = (name: 'job' | 'branch' | 'artifact' | 'results'): string => readSetting(runtime, name);
  const job = options.job ?? setting('job');
  const branch = options.branch ?? setting('branch');
  const artifact = options.artifact ?? setting('artifact');
  const results =
    options.results ??
    setting('results')
      .split(',')
      .map((result) => result.trim());
  const context = { connections, log, signal, onProgress: (text: string) => log.debug(text) };
  const open = (details: Parameters<typeof openJenkins>[3]) => openJenkins(context, place, permission, details);
  const build = await findBuild(open({}), { job, branch, results }, log);
  log.info(`The importer is taken from build ${build.number} of ${build.job}`);
  return (file) => save(file, (sink) => open({ limits }).archive(build.job, build.number, artifact, sink));
}

function readSetting({ settings }: ImporterRuntime, name: string): string {
  const value = settings.get('importer', name);
  if (value === undefined) {
    throw new ImporterError(`option "${name}" of section [importer] in ${settings.file} is not set`);
  }
  return value;
}

function fromAddress({ settings, log, signal }: ImporterRuntime, connections: ApiConnections, url?: string): Download {
  const address = url ?? settings.get('importer', 'url');
  if (address === undefined) {
    throw new ImporterError('Nothing says where the importer is from: set url of section [importer], or --jenkins');
  }
  const plain = parseWebUrl(address, 'an archive', url === undefined ? settings.file : '--url');
  const { username, password } = plain;
  const login = username === undefined || password === undefined ? '' : `${username}:${password}`;
  const target = new URL(`${withoutAccount(plain)}${plain.suffix}`);
  const api = connections.open({
    ...{ name: `the archive at ${target.host}`, base: new URL('.', target), account: login, log, signal, limits },
    headers: login === '' ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` },
    remedy: () => 'the account in the URL of section [importer] must be allowed to read it',
    patience: { failures: 5, total: 300_000 },
    onProgress: (text) => log.debug(text),
  });
  return (file) => save(file, (sink) => api.download(target.href, sink));
}

async function save(file: string, download: (sink: FileSink) => Promise<void>): Promise<void> {
  await FileSink.fill(file, limits.size, download);
}

/**
 * Puts the data that go with the importer beside it: which accounts of version control are of which developer. Those
 * that somebody may have changed since stay, unless they are to be replaced.
 *
 * @throws {ImporterError} where they stay, or the store has none
 * @throws {StoreError} where something of the store is not set
 * @throws {HttpError} where the store cannot be had
 */
export async function retrieveImporterData(
  runtime: ImporterRuntime,
  { base, force, store: options }: { readonly base: string; readonly force: boolean; readonly store: StoreOptions },
): Promise<void> {
  if ((options.type ?? runtime.settings.get('dropins', 'type')) === undefined) {
    runtime.log.warn(`${dataFile} is not fetched, because section [dropins] names no store`);
    return;
  }
  const file = path.join(path.resolve(runtime.home, base), dataFile);
  const next = `${file}.next`;
  const store = openStore(runtime, options);
  try {
    await rm(next, { force: true });
    const size = await store.fetch(['import', dataFile], next, mostOfData);
    if (size === undefined) throw new ImporterError(`${store.name} has no import/${dataFile}`);
    if (!force && (await isOther(file, next))) {
      throw new ImporterError(`${file} stays, as it differs from that of ${store.name}; --force replaces it`);
    }
    await rename(next, file);
  } finally {
    await rm(next, { force: true });
    await store.close();
  }
}

async function isOther(file: string, next: string): Promise<boolean> {
  try {
    return !(await readFile(file)).equals(await readFile(next));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
