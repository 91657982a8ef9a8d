import type { Argv } from 'yargs';
import { storeTypes } from '../src/sources/file-store/store-types.js';

const text = { type: 'string', requiresArg: true } as const;

/** The store of section `[dropins]`, but for its URL, which commands name differently. */
export function withStore<T>(yargs: Argv<T>) {
  return yargs
    .option('type', { ...text, describe: `Kind of the store (dropins.type): ${storeTypes.join(', ')}` })
    .option('username', { ...text, describe: 'User name there (dropins.username)' })
    .option('password', { ...text, describe: 'Password there (dropins.password)' });
}
