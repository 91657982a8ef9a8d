import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** This file is run from its place and from `dist`. */
const root = import.meta.dirname.includes(`${path.sep}dist${path.sep}`) ? '../../..' : '../..';
const simulators = path.resolve(import.meta.dirname, root, 'test/simulators');

const requestSchema = z.object({
  method: z.string(),
  url: z.string(),
  status: z.number(),
  fault: z.string().nullable(),
});
export type ServedRequest = z.output<typeof requestSchema>;

export interface SimulatorServer {
  readonly url: string;
  readonly host: string;
  /** Requests since the last call. */
  readonly requests: () => readonly ServedRequest[];
  readonly stop: () => Promise<void>;
}

/** Writes a dataset into a folder, where the simulator leaves what it notes down. */
export function writeDataset(folder: string, dataset: unknown): string {
  const file = path.join(folder, 'dataset.json');
  writeFileSync(file, JSON.stringify(dataset));
  return file;
}

/**
 * Starts a simulator on a dataset.
 *
 * @param name of its file in `test/simulators`, without suffix
 * @param flags of faults and latency
 * @param port that of an earlier one, so that it has the same address
 */
export async function startSimulator(
  name: string,
  dataset: string,
  flags: readonly string[] = [],
  port = 0,
): Promise<SimulatorServer> {
  const log = path.join(path.dirname(dataset), `requests-${Date.now()}-${Math.random()}.jsonl`);
  const words = [path.join(simulators, `${name}.mjs`), '--data', dataset, '--port', String(port), '--log', log];
  const child = spawn(process.execPath, [...words, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
  const { url } = z.object({ url: z.string() }).parse(JSON.parse(String(line)));
  let seen = 0;
  return {
    url,
    host: new URL(url).host,
    requests: () => {
      const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : [];
      const fresh = lines.slice(seen);
      seen = lines.length;
      return fresh.map((text) => requestSchema.parse(JSON.parse(text)));
    },
    stop: async () => {
      if (child.exitCode !== null) return;
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
