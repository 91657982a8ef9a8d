import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Runtime } from '../../config/runtime.js';
import { ApiConnections } from '../../http/connections.js';
import { LocalStore } from './local.js';
import { type FileStore, StoreError } from './store.js';
import { storeTypes } from './store-types.js';
import { WebDavStore } from './webdav.js';

/** What a command line has in place of section `[dropins]`. */
export interface StoreOptions {
  readonly type?: string | undefined;
  readonly url?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

export type StoreRuntime = Pick<Runtime, 'home' | 'version' | 'environment' | 'settings' | 'log' | 'signal'>;

/**
 * The store of section `[dropins]`, or of the options in its place.
 *
 * @throws {StoreError} where it is of no kind that there is, or something of it is not set
 * @throws {ConfigError} where its URL cannot be used
 */
export function openStore(runtime: StoreRuntime, options: StoreOptions): FileStore {
  const { home, settings, log } = runtime;
  const setting = (name: keyof StoreOptions): string => {
    const value = options[name] ?? settings.get('dropins', name);
    if (value !== undefined) return value;
    throw new StoreError(`option "${name}" of section [dropins] in ${settings.file} is not set`);
  };
  const type = setting('type');
  switch (type) {
    case 'local':
      return new LocalStore(localFolder(home, setting('url')), log);
    case 'owncloud':
    case 'nextcloud':
      return openWebDav(runtime, setting);
    default:
      throw new StoreError(`${type} is no kind of store; expected one of ${storeTypes.join(', ')}`);
  }
}

function localFolder(home: string, url: string): string {
  return url.startsWith('file://') ? fileURLToPath(url) : path.resolve(home, url);
}

function openWebDav(runtime: StoreRuntime, setting: (name: keyof StoreOptions) => string): FileStore {
  const { version, environment, settings, log, signal } = runtime;
  const [url, username, password] = [setting('url'), setting('username'), setting('password')];
  const connections = new ApiConnections({ version, environment, log, signal });
  return new WebDavStore({ url, username, password, origin: settings.file }, { connections, log, signal });
}
