// Replaces tables and a tracker again and again, each time with the next number in all of them, until it is killed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { z } from 'zod';
import { exportTables } from '../../build/src/tables/export-set.js';
import { Pseudonymiser } from '../../build/src/tables/pseudonym.js';

const [folder = '.'] = process.argv.slice(2);
const definition = { row: z.record(z.string(), z.string()), key: [], encrypt: [], freeText: [] };
const first = { ...definition, name: 'first', file: 'data_first.json' };
const second = { ...definition, name: 'second', file: 'data_second.json' };
const merged = { ...definition, name: 'merged', file: 'data_merged.json', key: ['run'] };
const context = { folder, pseudonymiser: new Pseudonymiser(undefined), log: pino({ level: 'silent' }) };

async function exportRun(run) {
  await exportTables(context, async (exports) => {
    exports.declare(merged, { merge: true });
    const producers = [exports.producer(), exports.producer()];
    for (let index = 0; index < 500; index += 1) {
      for (const producer of producers) {
        producer.write({ table: first, row: { run, text: 'x'.repeat(200) } });
        if (producer.isBehind) await producer.settle();
      }
    }
    await producers[0].write({ table: merged, row: { run } });
    await producers[1].write({ table: second, row: { run } });
    await Promise.all(producers.map((producer) => producer.complete()));
    exports.setTracker('tracker.txt', run);
  });
}

process.stdout.write('started\n');
for (;;) {
  await exportRun(String(Number(readFileSync(join(folder, 'tracker.txt'), 'utf8')) + 1));
}
