import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AdminClient } from '../../src/controller/admin-client.js';
import { type RunningController, startController } from '../../src/controller/index.js';
import type { ControllerOptions } from '../../src/controller/options.js';
import { withOperator } from '../../src/controller/reach-operator.js';
import { LocalTime } from '../../src/tables/local-time.js';
import { writeSettings } from '../doubles/controller-world.js';
import { silentLogger } from '../silent-logger.js';

const first = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
const second = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea';

let folder: string;
let options: ControllerOptions;
let controller: RunningController;

async function start(): Promise<RunningController> {
  const settings = await writeSettings(folder, '[projects]\nTEST = x\n');
  return startController(options, {
    readSettings: () => settings,
    release: { version: '1.0.0', branch: 'main' },
    localTime: new LocalTime('UTC'),
    log: silentLogger,
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'controller-'));
  options = {
    dataFolder: join(folder, 'data'),
    listen: '127.0.0.1',
    port: 0,
    sshPort: 0,
    names: [],
    policy: 'safe',
    proxies: [],
  };
  controller = await start();
});

afterAll(async () => {
  await controller.close();
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

async function ask(path: string, form?: Readonly<Record<string, string>>): Promise<Answer> {
  const ca = await readFile(controller.certificateFile);
  const body = form === undefined ? '' : new URLSearchParams(form).toString();
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(body.length) };
    const method = form === undefined ? 'GET' : 'POST';
    const request = https.request(
      { host: 'localhost', port: controller.port, ca, path, method, headers },
      (response) => {
        response.setEncoding('utf8');
        let text = '';
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode, body: text }));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

function register(publicKey: string): Promise<Answer> {
  return ask('/auth/agent.py?project=TEST&agent=TEST', { public_key: publicKey });
}

async function states(): Promise<readonly string[]> {
  return (await controller.store.imports('TEST')).map(({ state }) => state);
}

describe('a running controller', () => {
  it('keeps its data folder to itself', async () => {
    expect((await stat(options.dataFolder)).mode & 0o777).toBe(0o700);
    expect((await stat(controller.folders.adminSocket)).mode & 0o777).toBe(0o600);
  });

  it('encrypts with the salts of all projects from the start', async () => {
    expect(await ask('/auth/encrypt.py?value=x')).toMatchObject({ status: 200 });
  });

  it('registers side by side with the same salts, and lets one of two new keys win', async () => {
    const answers = await Promise.all([first, second, first, second].map(register));
    const won = answers.filter(({ status }) => status === 200);
    const lost = answers.filter(({ status }) => status === 409);
    expect([won.length, lost.length]).toEqual([2, 2]);
    expect(new Set(won.map(({ body }) => body)).size).toBe(1);
  });

  it('lets an operator allow another key, while it runs', async () => {
    const admin = new AdminClient(controller.folders.adminSocket);
    const registered = (await controller.store.findAgent('TEST'))?.publicKey;
    const other = registered === first ? second : first;
    expect(await register(other)).toMatchObject({ status: 409 });
    expect(await admin.allowRekey('NOBODY')).toBe(false);
    expect(await admin.allowRekey('TEST')).toBe(true);
    expect(await register(other)).toMatchObject({ status: 200 });
  });

  it('is ready for the agent', async () => {
    const { status, body } = await ask('/auth/status.py?project=TEST');
    expect(JSON.parse(body)).toMatchObject({ configuration: { ok: true, contents: '' }, total: { ok: true } });
    expect(status).toBe(200);
  });

  it('imports an export, hands the trackers back, and keeps the log of the scrape', async () => {
    const uploaded = controller.folders.exported('TEST', 'TEST');
    await writeFile(join(uploaded, 'data_tag.json'), '[]');
    await writeFile(join(uploaded, 'latest_vcs_versions.json'), '{"repo": "abc"}');
    await writeFile(join(uploaded, 'scrape.log'), 'went well\n');
    const agent = JSON.stringify({ key: 'TEST', user: 'agent-TEST', hostname: 'h', version: 'gatherer/1.0.0' });
    expect(await ask('/auth/export.py?project=TEST', { agent, files: '{}' })).toEqual({ status: 202, body: '' });
    await expect.poll(states, { timeout: 60_000 }).toEqual(['done']);
    const tracker = join(controller.folders.update('TEST', 'TEST'), 'latest_vcs_versions.json');
    expect(await readFile(tracker, 'utf8')).toBe('{"repo": "abc"}');
    expect(await readFile(join(controller.folders.logs('TEST'), 'scrape.log'), 'utf8')).toBe('went well\n');
    expect(await readFile(controller.folders.agentStatus('TEST'), 'utf8')).toBe(agent);
  });

  it('names a failed import on the status endpoint, and imports it again on request', async () => {
    await writeFile(join(controller.folders.exported('TEST', 'TEST'), 'data_tag.json'), 'no json');
    await ask('/auth/export.py?project=TEST', {});
    await expect.poll(states, { timeout: 60_000 }).toContain('failed');
    const { importer } = JSON.parse((await ask('/auth/status.py?project=TEST')).body);
    expect(importer).toMatchObject({
      ok: true,
      message: expect.stringMatching(/^Failed imports: 1, .*data_tag\.json/),
    });
    const admin = new AdminClient(controller.folders.adminSocket);
    const failed = (await controller.store.imports('TEST')).find(({ state }) => state === 'failed');
    await writeFile(join(options.dataFolder, failed?.folder ?? '', 'data_tag.json'), '[]');
    expect(await admin.retryImports('OTHER')).toBe(0);
    expect(await admin.discardImports('OTHER')).toBe(0);
    expect(await admin.retryImports('TEST')).toBe(1);
    await expect.poll(states, { timeout: 60_000 }).toEqual(['done', 'done']);
    expect((await admin.imports()).map(({ state, project }) => [state, project])).toEqual([
      ['done', 'TEST'],
      ['done', 'TEST'],
    ]);
  });

  it('refuses a second controller on its data folder', async () => {
    await expect(start()).rejects.toThrow(/in use by process/);
  });

  it('starts again with the same certificate, host keys and agents, and can be asked while it is down', async () => {
    const before = controller;
    const certificate = await readFile(before.certificateFile, 'utf8');
    const end = performance.now();
    await before.close();
    expect(performance.now() - end).toBeLessThan(10_000);
    const allowed = await withOperator(options, silentLogger, (operator) => operator.allowRekey('TEST'));
    expect(allowed).toBe(true);
    controller = await start();
    expect(await readFile(controller.certificateFile, 'utf8')).toBe(certificate);
    expect(controller.hostKeys).toEqual(before.hostKeys);
    expect((await controller.store.findAgent('TEST'))?.rekeyAllowed).toBe(true);
  });
});
