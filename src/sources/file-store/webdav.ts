import type { ApiClient } from '../../http/api.js';
import type { ApiAccess, ApiConnections } from '../../http/connections.js';
import { HttpError, orMissing } from '../../http/errors.js';
import { FileSink } from '../../http/file-sink.js';
import type { Patience } from '../../http/retry.js';
import type { Logger } from '../../log/logger.js';
import { parseWebUrl, withoutAccount } from '../source-url.js';
import { readMultistatus } from './multistatus.js';
import { type FileStore, isFileName, type StoreEntry } from './store.js';

export interface WebDavOptions {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** Where they are configured, for messages. */
  readonly origin: string;
}

export interface WebDavContext {
  readonly connections: ApiConnections;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Where ownCloud and Nextcloud have the files of whoever logs in. */
const filesPath = 'remote.php/webdav/';
const patience: Partial<Patience> = { failures: 6, total: 300_000 };
/** A file may be large, and its line slow; a listing is not. */
const fileLimits = { size: 4 * 1024 ** 3, total: 3_600_000 };
const listLimits = { size: 16 * 1024 ** 2 };

const question = {
  type: 'application/xml; charset=utf-8',
  text: '<?xml version="1.0"?><d:propfind xmlns:d="DAV:"><d:prop><d:resourcetype/></d:prop></d:propfind>',
};

/** The files of an account of ownCloud or Nextcloud, over WebDAV. */
export class WebDavStore implements FileStore {
  readonly name: string;
  readonly #base: URL;
  readonly #lists: ApiClient;
  readonly #files: ApiClient;

  /** @throws {ConfigError} where the URL cannot be used */
  constructor(
    { url, username, password, origin }: WebDavOptions,
    private readonly context: WebDavContext,
  ) {
    const { connections, log, signal } = context;
    const server = withoutAccount(parseWebUrl(url, 'the store', origin)).replace(/\/*$/, '/');
    this.#base = new URL(/\/remote\.php\//.test(server) ? server : `${server}${filesPath}`);
    this.name = `the store at ${this.#base.host}`;
    const login = `${username}:${password}`;
    const access: ApiAccess = {
      ...{ name: this.name, base: this.#base, account: login, log, signal, patience },
      headers: { authorization: `Basic ${Buffer.from(login).toString('base64')}` },
      remedy: (status) =>
        status === 401
          ? `username and password of section [dropins] in ${origin} are not those of an account; one with two factors needs an app password`
          : `the account of section [dropins] in ${origin} must be allowed to read the folder`,
      onProgress: (text) => log.debug(text),
    };
    this.#lists = connections.open({ ...access, limits: listLimits });
    this.#files = connections.open({ ...access, limits: fileLimits });
  }

  async list(folder: readonly string[]): Promise<readonly StoreEntry[] | undefined> {
    const path = folder.map((name) => `${encodeURIComponent(name)}/`).join('');
    const options = { body: question, headers: { depth: '1' }, repeatable: true };
    const response = await orMissing(this.#lists.send('PROPFIND', path, options));
    if (response === undefined) return undefined;
    const self = this.#lists.url(path);
    const resources = readAnswer(response.text, self);
    const isFile = resources.some(({ href, isFolder }) => !isFolder && nameBelow(href, self) === '');
    return isFile ? undefined : resources.flatMap(({ href, isFolder }) => this.#entry(href, isFolder, self));
  }

  async fetch(file: readonly string[], target: string, most: number): Promise<number | undefined> {
    const path = file.map(encodeURIComponent).join('/');
    return orMissing(FileSink.fill(target, most, (sink) => this.#files.download(path, sink)));
  }

  async close(): Promise<void> {
    await this.context.connections.close();
  }

  /** The folder itself is among what it holds. */
  #entry(href: string, isFolder: boolean, self: URL): readonly StoreEntry[] {
    const name = nameBelow(href, self);
    if (name === '') return [];
    if (name !== undefined && isFileName(name)) return [{ name, kind: isFolder ? 'folder' : 'file' }];
    this.context.log.error(`${this.name} lists something that does not lie in ${self.pathname}, which is left out`);
    return [];
  }
}

function readAnswer(text: string, url: URL): ReturnType<typeof readMultistatus> {
  try {
    return readMultistatus(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HttpError('format', `PROPFIND ${url.pathname} is answered with what is no XML: ${reason}`);
  }
}

/** The name of what an address is of, where it lies in a folder; empty for the folder, undefined for what does not. */
function nameBelow(href: string, folder: URL): string | undefined {
  if (!URL.canParse(href, folder.href)) return undefined;
  try {
    const path = decodeURIComponent(new URL(href, folder).pathname).replace(/\/*$/, '/');
    const base = decodeURIComponent(folder.pathname).replace(/\/*$/, '/');
    return path.startsWith(base) ? path.slice(base.length, -1) : undefined;
  } catch {
    return undefined;
  }
}
