import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import Table from 'cli-table3';
import { jiraAccount, startJira, writeJiraDataset } from '../test/servers/jira.js';
import { type ApiMeasurement, apiMeasurementSchema } from './api-measurement.js';

/*
 * `npm run bench:jira -- [--requests N] [--latency MS] [--issues N] [--entries N]`: gathering a project with the history
 * of its issues from a server that takes its time, against one request at a time. Ends with status 1 where a target is
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
  const dataset = writeJiraDataset(folder, size);
  const alone = await gather('one request at a time', dataset, 1);
  const together = await gather(`${values.requests} at once`, dataset, Number(values.requests));
  process.stdout.write(`${table.toString()}\n`);
  const ratio = (alone.seconds / together.seconds).toFixed(1);
  target(alone.seconds >= wantedRatio * together.seconds, `${ratio} times faster, wanted ${wantedRatio}`);
  target(together.peakMegabytes < mostMegabytes, `${together.peakMegabytes.toFixed(0)} MB, wanted ${mostMegabytes}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

function target(isMet: boolean, text: string): void {
  process.stdout.write(`${isMet ? 'met' : 'missed'}: ${text}\n`);
  if (!isMet) process.exitCode = 1;
}

async function gather(name: string, dataset: string, requests: number): Promise<ApiMeasurement> {
  const home = await mkdtemp(path.join(folder, 'home-'));
  const server = await startJira(dataset, ['--latency', values.latency]);
  try {
    const { username, password } = jiraAccount;
    const jira = `[jira]\nserver = ${server.url}\nusername = ${username}\npassword = ${password}\n`;
    await writeFile(path.join(home, 'settings.cfg'), `[projects]\nTEST = Test\n${jira}`);
    await writeFile(path.join(home, 'credentials.cfg'), '');
    const worker = path.join(import.meta.dirname, 'jira-worker.js');
    const { stdout } = await run(process.execPath, [worker, home, String(requests)]);
    const measurement = apiMeasurementSchema.parse(JSON.parse(stdout));
    if (measurement.failed > 0) throw new Error(`${name}: the gathering is incomplete`);
    const { seconds, rows, peakMegabytes } = measurement;
    table.push([name, server.requests().length, seconds.toFixed(1), rows, peakMegabytes.toFixed(0)]);
    return measurement;
  } finally {
    await server.stop();
  }
}
