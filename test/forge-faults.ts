import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { GitWorld } from './git-world.js';
import { describeWith, requirements } from './requirements.js';
import type { SimulatorServer } from './servers/simulator.js';

/** What simulators do to those who ask them, with their flags. */
export const faults: readonly (readonly [string, readonly string[]])[] = [
  ['every seventh request is answered with 503', ['--fail-every', '7:503']],
  ['every fifth request is answered with 429', ['--fail-every', '5:429']],
  ['40 requests are granted each second', ['--rate-limit', '40/1']],
  ['every ninth body is cut', ['--truncate-every', '9']],
];

/** All faults at once; the simulators take one kind of failure. */
export const allFaults: readonly string[] = [
  ...faults.filter(([, [flag]]) => flag !== '--fail-every').flatMap(([, words]) => words),
  ...['--fail-every', '7:503', '--latency', '20'],
];

/** A forge with two repositories, for a token that must be named nowhere. */
export interface Forge {
  readonly type: string;
  readonly token: string;
  readonly start: (flags: readonly string[]) => Promise<SimulatorServer>;
  readonly credentials: (server: SimulatorServer) => string;
  /** Paths of the repositories. */
  readonly paths: readonly [string, string];
  /** Contents of files of the home folder. */
  readonly files?: Readonly<Record<string, string>>;
}

/**
 * What is exported of a forge is the same whatever goes wrong on the way.
 *
 * @param rows how many rows of the tables there are, by name of the table
 */
export function describeFaults(name: string, forge: Forge, rows: Readonly<Record<string, number>>): void {
  describeWith([requirements.git], name, () => {
    let undisturbed: Readonly<Record<string, unknown>>;

    it('gives all rows of a server without faults', async () => {
      undisturbed = await gatherDisturbed(forge, []);
      for (const [table, count] of Object.entries(rows)) {
        expect(undisturbed[`data_${table}.json`], table).toHaveLength(count);
      }
    });

    it.each(faults)('gives the same rows where %s', async (_, flags) => {
      expect(await gatherDisturbed(forge, flags)).toEqual(undisturbed);
    });

    it.each(faults)('gives the same rows where answers take 20 ms and %s', async (_, flags) => {
      expect(await gatherDisturbed(forge, [...flags, '--latency', '20'])).toEqual(undisturbed);
    });

    it('gives the same rows where everything goes wrong at once', async () => {
      expect(await gatherDisturbed(forge, allFaults)).toEqual(undisturbed);
    });
  });
}

/** All files that are exported of a forge with these faults; rows in the order of their text, as sources end in any order. */
async function gatherDisturbed(forge: Forge, flags: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const server = await forge.start(flags);
  onTestFinished(() => server.stop());
  const world = new GitWorld();
  world.credentials(forge.credentials(server));
  for (const [file, text] of Object.entries(forge.files ?? {})) writeFileSync(path.join(world.home, file), text);
  const [one, two] = forge.paths;
  world.sources({ one: `${server.url}/${one}`, two: `${server.url}/${two}` }, forge.type);
  const outcome = await world.gather();
  expect(outcome).toMatchObject({ failed: [], incomplete: [] });
  expect([...outcome.gathered].sort()).toEqual(['one', 'two']);
  const requests = server.requests();
  const met = requests.filter(({ fault }) => fault !== null).length;
  if (flags.some((flag) => flag.endsWith('-every'))) expect(met).toBeGreaterThan(0);
  // A rate limit is kept, rather than met; but a request may arrive in the second after the one that it was sent in.
  else expect(met).toBeLessThanOrEqual(flags.includes('--rate-limit') ? requests.length / 40 : 0);
  expect(world.logged).not.toContain(forge.token);
  return exported(world.exported);
}

function exported(folder: string): Readonly<Record<string, unknown>> {
  rmSync(path.join(folder, 'data_sources.json'));
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return Object.fromEntries(
    files.map((file) => {
      const value: unknown = JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
      return [file, Array.isArray(value) ? value.map((row) => JSON.stringify(row)).sort() : value];
    }),
  );
}
