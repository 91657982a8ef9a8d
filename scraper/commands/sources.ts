import Table from 'cli-table3';
import { defineCommand } from '../command.js';
import { everySource } from '../sources-page.js';

export const command = defineCommand(
  (yargs) => yargs.option('json', { describe: 'Print JSON', type: 'boolean', default: false }),
  async (_runtime, { json }) => {
    const sources = everySource().map(({ types, tables, trackers, step, origin = 'built in' }) => ({
      ...{ types, step, origin, trackers },
      tables: tables.map(({ name }) => name),
    }));
    if (json) {
      console.log(JSON.stringify(sources, undefined, 2));
      return 0;
    }
    const table = new Table({
      head: ['type', 'step', 'tables', 'trackers', 'origin'],
      style: { head: [], border: [] },
    });
    for (const { types, step, origin, trackers, tables } of sources) {
      table.push([types.join('\n'), step, tables.join('\n'), trackers.join('\n'), origin]);
    }
    console.log(table.toString());
    return 0;
  },
);
