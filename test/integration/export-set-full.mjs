// Exports more and more rows to a small disk until it is full, and prints what it says and what it leaves behind.
import { readdirSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { z } from 'zod';
import { exportTables } from '../../build/src/tables/export-set.js';
import { Pseudonymiser } from '../../build/src/tables/pseudonym.js';

const [folder = '.'] = process.argv.slice(2);
const table = {
  name: 'a',
  file: 'data_a.json',
  row: z.record(z.string(), z.string()),
  key: [],
  encrypt: [],
  freeText: [],
};
const context = { folder, pseudonymiser: new Pseudonymiser(undefined), log: pino({ level: 'silent' }) };

async function exportRows(count, tracker) {
  await exportTables(context, async (exports) => {
    const producer = exports.producer();
    for (let index = 0; index < count; index += 1) {
      producer.write({ table, row: { text: 'x'.repeat(1000) } });
      if (producer.isBehind) await producer.settle();
    }
    await producer.complete();
    exports.setTracker('tracker.txt', tracker);
  });
}

await exportRows(10, 'first');
const free = () => statfsSync(folder).bavail;
const before = free();
const messages = [];
for (const [count, tracker] of [
  [5000, 'second'],
  [600, 't'.repeat(600_000)],
]) {
  await exportRows(count, tracker).catch((error) => messages.push(`${error.name} ${error.message}`));
}
const rows = JSON.parse(readFileSync(join(folder, table.file), 'utf8')).length;
const tracker = readFileSync(join(folder, 'tracker.txt'), 'utf8');
process.stdout.write(
  JSON.stringify({ messages, files: readdirSync(folder).sort(), rows, tracker, freed: free() === before }),
);
