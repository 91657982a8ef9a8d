import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import Table from 'cli-table3';
import { jiraAccount, startJira, writeJiraDataset } from '../test/servers/jira.js';
import type { SimulatorServer } from '../test/servers/simulator.js';
import { type ApiMeasurement, apiMeasurementSchema } from './api-measurement.js';

/*
 * `npm run bench:jira -- [--requests N] [--latency MS] [--issues N] [--entries N]`: gathering a project with the history
 * of its issues from a server that takes its time, against one request at a time. A first gathering, which is not
 * measured, has the server prepare its answers: it stands for a machine of its own. Ends with status 1 where a target is
 * missed.
 */

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10' },
    latency: { type: 'string', default: '50' },
    issues: { type: 'string', default: '20000' },
    entries: { type: 'string', default: '30' },
  },
});
const mostMegabytes = 250;
const wantedRatio = 4;
const run = promisify(execFile);
const folder = await mkdtemp(path.join(tmpdir(), 'bench-jira-'));
const table = new Table({ head: ['gathering', 'requests', 'seconds', 'rows', 'peak MB'] });
const size = { issues: Number(values.issues), entries: Number(values.entries), comments: 1 };

try {
  const server = await startJira(writeJiraDataset(folder, size), ['--latency', values.latency, '--keep-answers']);
  try {
    await gather(server, Number(values.requests));
    const alone = await measure('one request at a time', server, 1);
    const together = await measure(`${values.requests} at once`, server, Number(values.requests));
    process.stdout.write(`${table.toString()}\n`);
    const ratio = (alone.seconds / together.seconds).toFixed(1);
    target(alone.seconds >= wantedRatio * together.seconds, `${ratio} times faster, wanted ${wantedRatio}`);
    target(together.peakMegabytes < mostMegabytes, `${together.peakMegabytes.toFixed(0)} MB, wanted ${mostMegabytes}`);
  } finally {
    await server.stop();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function target(isMet: boolean, text: string): void {
  process.stdout.write(`${isMet ? 'met' : 'missed'}: ${text}\n`);
  if (!isMet) process.exitCode = 1;
}

async function measure(name: string, server: SimulatorServer, requests: number): Promise<ApiMeasurement> {
  server.requests();
  const measurement = await gather(server, requests);
  const { seconds, rows, peakMegabytes } = measurement;
  table.push([name, server.requests().length, seconds.toFixed(1), rows, peakMegabytes.toFixed(0)]);
  return measurement;
}

async function gather({ url }: SimulatorServer, requests: number): Promise<ApiMeasurement> {
  const home = await mkdtemp(path.join(folder, 'home-'));
  const { username, password } = jiraAccount;
  const jira = `[jira]\nserver = ${url}\nusername = ${username}\npassword = ${password}\n`;
  await writeFile(path.join(home, 'settings.cfg'), `[projects]\nTEST = Test\n${jira}`);
  await writeFile(path.join(home, 'credentials.cfg'), '');
  const worker = path.join(import.meta.dirname, 'jira-worker.js');
  const { stdout } = await run(process.execPath, [worker, home, String(requests)]);
  const measurement = apiMeasurementSchema.parse(JSON.parse(stdout));
  if (measurement.failed > 0) throw new Error(`The gathering with ${requests} requests at once is incomplete`);
  return measurement;
}
