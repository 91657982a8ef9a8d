import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { parseNetworks } from '../../src/config/networks.js';
import { loadSettings, type Settings } from '../../src/config/settings.js';
import type { RegistrationPolicy } from '../../src/controller/admission.js';
import { ExportIntake } from '../../src/controller/export-intake.js';
import { Folders } from '../../src/controller/folders.js';
import type { TimeLimits } from '../../src/controller/limits.js';
import type { Release } from '../../src/controller/release.js';
import { createWebServer } from '../../src/controller/server.js';
import { createSelfSigned } from '../../src/controller/tls/self-signed.js';
import { createLog } from '../../src/log/logger.js';
import { Redactor } from '../../src/log/redactor.js';
import { LocalTime } from '../../src/tables/local-time.js';
import { MemoryStore } from './memory-store.js';

const DAY = 24 * 60 * 60 * 1000;
const certificate = createSelfSigned(
  ['localhost', '127.0.0.1'],
  new Date(Date.now() - DAY),
  new Date(Date.now() + DAY),
);

export interface WorldOptions {
  readonly settings?: string;
  readonly policy?: RegistrationPolicy;
  readonly release?: Release;
  readonly zone?: string;
  readonly proxies?: string;
  readonly limits?: TimeLimits;
}

/** A web server of the controller over a store in memory and a temporary data folder. */
export interface ControllerWorld {
  readonly app: FastifyInstance;
  readonly store: MemoryStore;
  readonly folders: Folders;
  readonly settings: Settings;
  readonly certificate: string;
  readonly logLines: readonly string[];
  /** Parts that are said not to work. */
  readonly stopped: string[];
  [Symbol.asyncDispose](): Promise<void>;
}

export async function createWorld(options: WorldOptions = {}): Promise<ControllerWorld> {
  const data = await mkdtemp(join(tmpdir(), 'controller-'));
  const folders = new Folders(data);
  const store = new MemoryStore();
  const settings = await writeSettings(data, options.settings ?? '[projects]\nTEST = Test project\n');
  const logLines: string[] = [];
  const log = createLog({
    level: 'DEBUG',
    terminal: false,
    redactor: new Redactor(),
    write: (line) => logLines.push(line),
  }).logger;
  const intake = new ExportIntake({ store, folders, log, queued: () => undefined });
  const state = { stopped: [] as string[] };
  await writeFile(join(data, 'env'), 'A=1\nB="two"\n');
  const context = {
    settings,
    store,
    folders,
    intake,
    policy: options.policy ?? 'safe',
    proxies: options.proxies === undefined ? [] : parseNetworks(options.proxies),
    localTime: new LocalTime(options.zone ?? 'UTC'),
    environmentFile: join(data, 'env'),
    release: options.release ?? { version: '1.0.0', branch: 'master' },
    hostKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE'],
    sshPort: 22,
    stopped: () => state.stopped,
    log,
  } as const;
  const app = await createWebServer(context, certificate, options.limits);
  await mkdir(folders.imports);
  return Object.assign(state, {
    app,
    store,
    folders,
    settings,
    certificate: certificate.certificate,
    logLines,
    async [Symbol.asyncDispose]() {
      await app.close();
      await intake.close();
      await rm(data, { recursive: true, force: true });
    },
  });
}

export async function writeSettings(folder: string, text: string): Promise<Settings> {
  const file = join(folder, 'settings.cfg');
  await writeFile(file, text);
  return loadSettings({ GATHERER_SETTINGS_FILE: file }, new Redactor());
}
