import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import Table from 'cli-table3';
import {
  type GitLabServer,
  type GitLabSize,
  gitlabToken,
  startGitLab,
  writeGitLabDataset,
} from '../test/servers/gitlab.js';
import { type ApiMeasurement, apiMeasurementSchema } from './api-measurement.js';

/*
 * `npm run bench:api -- [--requests N] [--latency MS] [--merge-requests N]`: gathering a project of GitLab with notes
 * on each merge request, from a server that takes its time, against one request at a time and against the fewest
 * requests that the API allows; then again with nothing new, and with more merge requests to see what memory does.
 * Ends with status 1 where a target is missed.
 */

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10' },
    latency: { type: 'string', default: '50' },
    'merge-requests': { type: 'string', default: '1000' },
  },
});
const mergeRequests = Number(values['merge-requests']);
const run = promisify(execFile);

interface Turn extends ApiMeasurement {
  readonly requests: number;
}

const table = new Table({ head: ['gathering', 'requests', 'fewest', 'seconds', 'rows', 'peak MB'] });
const missed: string[] = [];

const size = { mergeRequests, notes: 3, pushes: 500 };
const folder = await mkdtemp(path.join(tmpdir(), 'bench-api-'));
try {
  const alone = await gatherNew('one request at a time', size, 1);
  const together = await gatherNew(`${values.requests} at once`, size, Number(values.requests));
  target(together.seconds * 5 <= alone.seconds, `${ratio(alone.seconds, together.seconds)} times faster, wanted 5`);
  target(together.requests <= 2 * fewest(size), `${together.requests} requests, wanted ${2 * fewest(size)} at most`);
  const more = { ...size, mergeRequests: 4 * mergeRequests };
  const large = await gatherNew(`${values.requests} at once, four times as many`, more, Number(values.requests));
  const growth = ratio(large.peakMegabytes, together.peakMegabytes);
  target(large.peakMegabytes < together.peakMegabytes * 1.5, `memory is ${growth} times as large, wanted 1.5 at most`);
  await gatherAgain();
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.stdout.write(`${table.toString()}\n${missed.map((text) => `missed: ${text}\n`).join('')}`);
process.exitCode = missed.length === 0 ? 0 : 1;

function target(isMet: boolean, text: string): void {
  process.stdout.write(`${isMet ? 'met' : 'missed'}: ${text}\n`);
  if (!isMet) missed.push(text);
}

function ratio(a: number, b: number): string {
  return (a / b).toFixed(1);
}

/** The project, pages of a hundred, and at least one page of notes for each merge request. */
function fewest({ mergeRequests: count, pushes }: GitLabSize): number {
  return 1 + Math.ceil(pushes / 100) + Math.ceil(count / 100) + count;
}

async function gatherNew(name: string, of: GitLabSize, requests: number): Promise<Turn> {
  const home = await mkdtemp(path.join(folder, 'new-'));
  const server = await startGitLab(writeGitLabDataset(home, of), ['--latency', values.latency]);
  try {
    await writeHome(home, server);
    return await gather(name, home, server, { requests, fewest: fewest(of) });
  } finally {
    await server.stop();
  }
}

async function gatherAgain(): Promise<void> {
  const home = await mkdtemp(path.join(folder, 'again-'));
  const small = { mergeRequests: 100, notes: 1, pushes: 100 };
  const first = await startGitLab(writeGitLabDataset(home, small));
  await writeHome(home, first);
  await gather('small', home, first, { requests: 10, fewest: fewest(small) });
  const quiet = await gather('nothing new', home, first, { requests: 10, fewest: 1 });
  await first.stop();
  const port = Number(new URL(first.url).port);
  const second = await startGitLab(writeGitLabDataset(home, { ...small, otherActivity: true }), [], port);
  const other = await gather('nothing new but issues', home, second, { requests: 10, fewest: 3 });
  await second.stop();
  for (const { requests } of [quiet, other])
    target(requests <= 3, `${requests} requests where nothing is new, wanted 3`);
}

async function writeHome(home: string, server: GitLabServer): Promise<void> {
  await mkdir(path.join(home, 'export', 'TEST'), { recursive: true });
  const sources = [{ type: 'gitlab', name: 'project', url: `${server.url}/group/project-1` }];
  await writeFile(path.join(home, 'export', 'TEST', 'data_sources.json'), JSON.stringify(sources));
  await writeFile(path.join(home, 'settings.cfg'), '[projects]\nTEST = Test\n');
  await writeFile(path.join(home, 'credentials.cfg'), `[${server.host}]\ngitlab_token = ${gitlabToken}\n`);
}

async function gather(
  name: string,
  home: string,
  server: GitLabServer,
  options: { readonly requests: number; readonly fewest: number },
): Promise<Turn> {
  server.requests();
  const worker = path.join(import.meta.dirname, 'api-worker.js');
  const { stdout } = await run(process.execPath, [worker, home, String(options.requests)]);
  const measurement = apiMeasurementSchema.parse(JSON.parse(stdout));
  if (measurement.failed > 0) throw new Error(`${name}: the gathering failed`);
  const requests = server.requests().length;
  const { seconds, rows, peakMegabytes } = measurement;
  table.push([name, requests, options.fewest, seconds.toFixed(1), rows, peakMegabytes.toFixed(0)]);
  return { ...measurement, requests };
}
