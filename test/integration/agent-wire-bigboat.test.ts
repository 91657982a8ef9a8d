import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { changes, setUpBench, snapshot } from '../agent-bench.js';
import { makeCertificate } from '../servers/https.js';
import { startScript } from '../servers/script.js';
import { changeCase, exchangesOf, readTranscript, refusedCertificate, type WireCase } from '../wire.js';

const transcript = readTranscript('bigboat_to_json');
const identity = makeCertificate();
const stranger = makeCertificate();
const file = 'export/TEST/data_bigboat.json';

/** Section `[bigboat]` of the cases that say in words what is in it. */
function sectionOf(name: string, host: string): readonly string[] {
  const sections: Readonly<Record<string, readonly string[]>> = {
    'no-host': ['[bigboat]', 'host = -', 'key = token1'],
    'log-upload': ['[bigboat]', 'host = -', 'key = token1'],
    'no-key': ['[bigboat]', `host = ${host}/`, 'key ='],
    'no-section': [],
    options: ['[bigboat]', 'host = -', 'key = -'],
    'project-specific': [
      '[bigboat]',
      'host = http://127.0.0.1:1',
      'key = x',
      `host.TEST = ${host}/`,
      'key.TEST = token2',
    ],
  };
  return sections[name] ?? ['[bigboat]', `host = ${host}/`, 'key = token1'];
}

/** Where this agent is right to differ from the original, by case. */
const differences: Readonly<Record<string, { readonly exitCode: number; readonly files?: readonly string[] }>> = {
  // NOTES 2: "-" means no controller, so that the status is written to a file.
  'ssh-host-false': { exitCode: 0, files: [file] },
  // A dashboard that is not configured is none, however its absence is written.
  'no-section': { exitCode: 0 },
};

/** The dashboard of a case. */
async function startDashboard(wire: WireCase): Promise<{ url: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const exchange = exchangesOf(wire).find(({ request }) => request.path === '/api/v2/status');
  const { url } = await startScript((request, response) => {
    requests.push(request);
    const { status = 404, headers = {}, body } = exchange?.response ?? {};
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  return { url, requests };
}

it.each(transcript.cases.map((wire) => [wire.name, wire] as const))('%s', async (name, original) => {
  const dashboard = await startDashboard(original);
  const wire = changeCase(original, (text) => text.replaceAll('http://bigboat.example.org', dashboard.url));
  const others = transcript['settings.cfg'].filter((line, index, lines) => {
    return lines.slice(0, index + 1).findLast((earlier) => earlier.startsWith('[')) !== '[bigboat]' || line === '';
  });
  const bench = await setUpBench(wire, {
    identity: refusedCertificate(wire) ? stranger : identity,
    certificate: identity.certificate,
    placeholders: {},
    settings: [...others, ...sectionOf(name, dashboard.url)],
    ssh: name === 'ssh-host-false' ? { host: '-' } : {},
  });
  const before = snapshot(bench.folder);
  const difference = differences[name];
  expect(await bench.run()).toBe(difference?.exitCode ?? wire.exit_code);

  const asked = exchangesOf(original).filter(({ request }) => request.path === '/api/v2/status');
  expect(dashboard.requests.length > 0).toBe(asked.length > 0);
  expect(dashboard.requests.every(({ method, url }) => method === 'GET' && url === '/api/v2/status')).toBe(true);
  const key = { options: 'k2', 'project-specific': 'token2' }[name] ?? 'token1';
  expect(dashboard.requests.every(({ headers }) => headers['api-key'] === key)).toBe(true);

  const posted = exchangesOf(wire).filter(({ request }) => request.path === '/auth/status.py');
  const comparable = (one: { query: unknown; form?: Readonly<Record<string, string>> | undefined }) => ({
    query: one.query,
    form: { ...one.form, status: JSON.parse(one.form?.['status'] ?? '') as unknown },
  });
  const received = bench.controller.requests.filter(({ path }) => path === '/auth/status.py');
  expect(received.map(comparable)).toEqual(posted.map(({ request }) => comparable(request)));

  const changed = changes(before, snapshot(bench.folder));
  const written = Object.keys(changed).filter((one) => one.startsWith('export/TEST/data'));
  expect(written).toEqual(difference?.files ?? Object.keys(wire.files_changed));
  const expected = wire.files_changed[file]?.content;
  if (expected !== undefined) expect(JSON.parse(changed[file]?.content ?? '')).toEqual(JSON.parse(expected));
});
