import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import Table from 'cli-table3';
import type { SimulatorServer } from '../test/servers/simulator.js';
import { type ApiMeasurement, apiMeasurementSchema } from './api-measurement.js';
import { type Amount, type Forge, forges } from './forges.js';

/*
 * `npm run bench:api -- [--requests N] [--latency MS] [--merge-requests N] [--only NAME]`: for each forge, gathering a
 * repository with notes on each merge request, from a server that takes its time, against one request at a time and
 * against the fewest requests that the API allows; then again with nothing new, and with more merge requests to see what
 * memory does. Ends with status 1 where a target is missed.
 */

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10' },
    latency: { type: 'string', default: '50' },
    'merge-requests': { type: 'string', default: '1000' },
    only: { type: 'string' },
  },
});
const atOnce = Number(values.requests);
const run = promisify(execFile);
const missed: string[] = [];
const folder = await mkdtemp(path.join(tmpdir(), 'bench-api-'));

interface Turn extends ApiMeasurement {
  readonly requests: number;
}

/** The measurements of one forge. */
class ForgeBench {
  readonly table = new Table({ head: ['gathering', 'requests', 'fewest', 'seconds', 'rows', 'peak MB'] });

  constructor(private readonly forge: Forge) {}

  async measure(): Promise<void> {
    const amount = { requests: Number(values['merge-requests']), notes: 3 };
    const fewest = this.forge.fewest(amount);
    const alone = await this.gatherNew('one request at a time', amount, 1);
    const together = await this.gatherNew(`${atOnce} at once`, amount, atOnce);
    target(together.seconds * 5 <= alone.seconds, `${ratio(alone.seconds, together.seconds)} times faster, wanted 5`);
    target(together.requests <= 2 * fewest, `${together.requests} requests, wanted ${2 * fewest} at most`);
    const more = { ...amount, requests: 4 * amount.requests };
    const large = await this.gatherNew(`${atOnce} at once, four times as many`, more, atOnce);
    const growth = ratio(large.peakMegabytes, together.peakMegabytes);
    target(
      large.peakMegabytes < together.peakMegabytes * 1.5,
      `memory is ${growth} times as large, wanted 1.5 at most`,
    );
    await this.gatherAgain();
  }

  private async gatherNew(name: string, amount: Amount, requests: number): Promise<Turn> {
    const home = await mkdtemp(path.join(folder, 'new-'));
    const server = await this.forge.start(home, amount, ['--latency', values.latency], 0);
    try {
      await this.writeHome(home, server);
      return await this.gather(name, home, server, { requests, fewest: this.forge.fewest(amount) });
    } finally {
      await server.stop();
    }
  }

  private async gatherAgain(): Promise<void> {
    const home = await mkdtemp(path.join(folder, 'again-'));
    const small = { requests: 100, notes: 1 };
    const first = await this.forge.start(home, small, [], 0);
    await this.writeHome(home, first);
    await this.gather('small', home, first, { requests: atOnce, fewest: this.forge.fewest(small) });
    const quiet = await this.gather('nothing new', home, first, { requests: atOnce, fewest: 1 });
    await first.stop();
    const port = Number(new URL(first.url).port);
    const second = await this.forge.start(home, { ...small, otherActivity: true }, [], port);
    const other = await this.gather('nothing new but other activity', home, second, { requests: atOnce, fewest: 3 });
    await second.stop();
    for (const { requests } of [quiet, other])
      target(requests <= 3, `${requests} requests where nothing is new, wanted 3`);
  }

  private async writeHome(home: string, server: SimulatorServer): Promise<void> {
    const { type, path: repository, files = {} } = this.forge;
    for (const [file, text] of Object.entries(files)) await writeFile(path.join(home, file), text);
    await mkdir(path.join(home, 'export', 'TEST'), { recursive: true });
    const sources = [{ type, name: 'repository', url: `${server.url}/${repository}` }];
    await writeFile(path.join(home, 'export', 'TEST', 'data_sources.json'), JSON.stringify(sources));
    await writeFile(path.join(home, 'settings.cfg'), '[projects]\nTEST = Test\n');
    await writeFile(path.join(home, 'credentials.cfg'), this.forge.credentials(server));
  }

  private async gather(
    name: string,
    home: string,
    server: SimulatorServer,
    options: { readonly requests: number; readonly fewest: number },
  ): Promise<Turn> {
    server.requests();
    const worker = path.join(import.meta.dirname, 'api-worker.js');
    const { stdout } = await run(process.execPath, [worker, home, String(options.requests)]);
    const measurement = apiMeasurementSchema.parse(JSON.parse(stdout));
    if (measurement.failed > 0) throw new Error(`${name}: the gathering failed`);
    const requests = server.requests().length;
    const { seconds, rows, peakMegabytes } = measurement;
    this.table.push([name, requests, options.fewest, seconds.toFixed(1), rows, peakMegabytes.toFixed(0)]);
    return { ...measurement, requests };
  }
}

function target(isMet: boolean, text: string): void {
  process.stdout.write(`${isMet ? 'met' : 'missed'}: ${text}\n`);
  if (!isMet) missed.push(text);
}

function ratio(a: number, b: number): string {
  return (a / b).toFixed(1);
}

const wanted = forges.filter(
  ({ name }) => values.only === undefined || values.only.toLowerCase() === name.toLowerCase(),
);
if (wanted.length === 0) {
  throw new Error(`--only ${values.only}: expected one of ${forges.map(({ name }) => `"${name}"`).join(', ')}`);
}

try {
  for (const forge of wanted) {
    process.stdout.write(`${forge.name}\n`);
    const bench = new ForgeBench(forge);
    await bench.measure();
    process.stdout.write(`${bench.table.toString()}\n`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.stdout.write(missed.map((text) => `missed: ${text}\n`).join(''));
process.exitCode = missed.length === 0 ? 0 : 1;
