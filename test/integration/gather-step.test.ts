import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type StepSource, Unchanged } from '../../src/sources/step-source.js';
import { metrics } from '../../src/tables/catalogue/quality.js';
import type { TableRow } from '../../src/tables/definition.js';
import { StepWorld } from '../step-world.js';

function row(name: string): TableRow {
  return { table: metrics, row: { name, value: '1', category: 'grey', date: '2024-01-01 00:00:00' } };
}

async function* rowsUpTo(count: number, name: string, failure?: Error): AsyncGenerator<TableRow, string> {
  for (let number = 1; number <= count; number += 1) yield row(`${name}-${number}`);
  if (failure !== undefined) throw failure;
  return name;
}

/** A step whose parts are gathered side by side; the tracker says which came through. */
function stepOf(parts: Readonly<Record<string, () => AsyncGenerator<TableRow, string>>>): StepSource {
  return {
    step: 'history-to-json',
    types: [],
    tables: [metrics],
    trackers: ['parts.txt'],
    async *gather({ gatherPart }) {
      const done = await Promise.all(
        Object.entries(parts).map(([name, rows]) => gatherPart({ name, type: 'sonar' }, rows)),
      );
      yield row('whole');
      return { 'parts.txt': done.map((result) => result ?? 'failed').join(' ') };
    },
  };
}

describe('a step with parts', () => {
  it('keeps all rows of a part, or none, and names the one that failed', async () => {
    const world = new StepWorld();
    const step = stepOf({
      good: () => rowsUpTo(3, 'good'),
      bad: () => rowsUpTo(1000, 'bad', new Error('the server caught fire')),
    });
    const { incomplete } = await world.run(step);
    expect(incomplete).toEqual(['bad: the server caught fire']);
    expect(world.rows('data_metrics.json').map(({ name }) => name)).toEqual(['good-1', 'good-2', 'good-3', 'whole']);
    expect(existsSync(path.join(world.exported, 'parts.txt'))).toBe(true);
    expect(world.logged).toContain('bad failed, and is left as it was: the server caught fire');
  });

  it('writes nothing of its parts where the step leaves its files as they are', async () => {
    const world = new StepWorld();
    const step: StepSource = {
      ...stepOf({}),
      async *gather({ gatherPart }) {
        await gatherPart({ name: 'good', type: 'sonar' }, () => rowsUpTo(3, 'good'));
        throw new Unchanged('nothing is configured');
      },
    };
    expect(await world.run(step)).toEqual({ rows: new Map(), incomplete: [] });
    expect(world.has('data_metrics.json')).toBe(false);
  });

  it('leaves nothing behind of parts that are still at work where it fails', async () => {
    const world = new StepWorld();
    const step: StepSource = {
      ...stepOf({}),
      async *gather({ gatherPart, signal }) {
        const endless = gatherPart({ name: 'endless', type: 'sonar' }, async function* () {
          for (let number = 1; ; number += 1) {
            yield row(`endless-${number}-${'x'.repeat(1000)}`);
            await setImmediate();
          }
        });
        endless.catch(() => undefined);
        await setTimeout(20);
        expect(signal.aborted).toBe(false);
        throw new Error('the whole step failed');
      },
    };
    await expect(world.run(step)).rejects.toThrow('the whole step failed');
    expect(readdirSync(world.exported)).toEqual(['.status']);
  });

  it('stops where it is told to, and is no failed part then', async () => {
    const world = new StepWorld();
    const stop = new AbortController();
    const step = stepOf({
      long: async function* () {
        yield row('long-1');
        stop.abort(new Error('stopped by a signal'));
        yield row('long-2');
        return 'long';
      },
    });
    await expect(world.run(step, { signal: stop.signal })).rejects.toThrow('stopped by a signal');
    expect(world.has('data_metrics.json')).toBe(false);
  });
});
