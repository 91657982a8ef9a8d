/**
 * A controller reduced to its importer, to be killed: opens the store, imports what waits and ends. Runs the build.
 *
 * Arguments: data folder, DATABASE_URL or nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { startImporter } from '../../build/src/controller/importer/importer.js';
import { openStore } from '../../build/src/controller/store/open.js';

const [dataFolder = '', databaseUrl] = process.argv.slice(2);
const log = pino({ level: 'silent' });
const store = await openStore({ dataFolder, log, databaseUrl });
process.stdout.write('ready\n');
const importer = startImporter({ store, dataFolder, log, signal: new AbortController().signal });
while ((await store.imports()).some(({ state }) => state === 'waiting' || state === 'running')) {
  await sleep(5);
}
await importer.close();
await store.close();
