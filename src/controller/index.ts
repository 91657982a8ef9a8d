import { constants } from 'node:fs';
import { chmod, open } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { writeFileAtomically } from '../config/atomic-file.js';
import { listening } from '../config/listen.js';
import type { Settings } from '../config/settings.js';
import type { Logger } from '../log/logger.js';
import type { LocalTime } from '../tables/local-time.js';
import { startAdminServer } from './admin-server.js';
import { listFolder } from './agent-folders.js';
import type { ControllerContext } from './context.js';
import { type Dropbox, startDropbox } from './dropbox/server.js';
import { ExportIntake } from './export-intake.js';
import { Folders, makePrivateFolder, PRIVATE_MODE } from './folders.js';
import { type Importer, startImporter } from './importer/importer.js';
import { liveSettings } from './live-settings.js';
import { storeOperator } from './operator.js';
import type { ControllerOptions } from './options.js';
import type { Release } from './release.js';
import { ScrapeStarter, type StartScrape } from './scrape-starter.js';
import { createWebServer } from './server.js';
import { StoreError } from './store/error.js';
import { openStore } from './store/open.js';
import type { Store } from './store/store.js';
import { ensureCertificate, readCertificate, type ServerCertificate } from './tls/certificate.js';

/** Requests under way get this long at the end. */
const GRACE_MILLISECONDS = 4_000;
/** A database server may take this long to start. */
const DATABASE_PATIENCE_MILLISECONDS = 60_000;
const DATABASE_PAUSE_MILLISECONDS = 1_000;

export interface ControllerSurroundings {
  /** Reads the settings as they are now. */
  readonly readSettings: () => Settings;
  readonly release: Release;
  /** Clock of the tables. */
  readonly localTime: LocalTime;
  /** Called for a project each time something of it was imported. */
  readonly startScrape?: StartScrape;
  /** Aborted while a start waits: it is given up. */
  readonly signal?: AbortSignal;
  readonly log: Logger;
}

export interface RunningController {
  readonly port: number;
  readonly sshPort: number;
  /** The certificate that agents need a copy of. */
  readonly certificateFile: string;
  /** Public keys of the SSH server in OpenSSH form. */
  readonly hostKeys: readonly string[];
  readonly store: Store;
  readonly folders: Folders;
  /** Ends all parts, requests and transfers under way after a short while; resolves when the data folder is free. */
  close(): Promise<void>;
}

/** What has been started, to be ended in the opposite order. */
class Stack {
  readonly #endings: { readonly name: string; readonly end: () => Promise<void> }[] = [];

  constructor(private readonly log: Logger) {}

  push(name: string, end: () => Promise<void>): void {
    this.#endings.push({ name, end });
  }

  async unwind(): Promise<void> {
    for (const { name, end } of this.#endings.splice(0).reverse()) {
      const start = performance.now();
      try {
        await end();
      } catch (error) {
        this.log.error({ err: error }, `Could not end ${name} in order`);
      }
      this.log.debug(`Ended ${name} in ${Math.round(performance.now() - start)} ms`);
    }
  }
}

/**
 * Starts a controller: database, importer, SSH and HTTPS, and the socket for its operator.
 * @throws ConfigError where it cannot run so, StoreError where the database cannot be had
 */
export async function startController(
  options: ControllerOptions,
  surroundings: ControllerSurroundings,
): Promise<RunningController> {
  const started = new Stack(surroundings.log);
  try {
    return await start(options, surroundings, started);
  } catch (error) {
    await started.unwind();
    throw error;
  }
}

async function start(
  options: ControllerOptions,
  surroundings: ControllerSurroundings,
  started: Stack,
): Promise<RunningController> {
  const { log, readSettings } = surroundings;
  const settings = liveSettings(readSettings, log);
  const folders = new Folders(options.dataFolder);
  await makePrivateFolder(folders.data);
  // The embedded database writes files that everybody may read: this keeps them from everybody.
  await chmod(folders.data, PRIVATE_MODE);
  const certificate = await findCertificate(options, log);
  const store = await openControllerStore(options, surroundings);
  started.push('the database', () => store.close());
  const { importer, intake } = await startImports(store, folders, surroundings, started);
  const admin = await startAdminServer(
    folders.adminSocket,
    storeOperator(store, options.dataFolder, () => importer.wake()),
    log,
  );
  started.push('the socket of the operator', () => admin.close());
  const dropbox = await openDropbox(options, store, folders, log);
  started.push('SSH', () => dropbox.close());
  const context: ControllerContext = {
    get settings() {
      return settings();
    },
    store,
    folders,
    intake,
    policy: options.policy,
    proxies: options.proxies,
    localTime: surroundings.localTime,
    environmentFile: await findEnvironmentFile(options),
    release: surroundings.release,
    hostKeys: dropbox.hostKeys,
    sshPort: dropbox.port,
    stopped: () => (dropbox.listening ? [] : ['ssh']),
    log,
  };
  const app = await createWebServer(context, certificate);
  started.push('HTTPS', () => closeWithin(app, GRACE_MILLISECONDS));
  const port = await listen(app, options);
  log.info({ port, sshPort: dropbox.port, certificate: certificate.files.certificate }, 'The controller runs');
  return {
    port,
    sshPort: dropbox.port,
    certificateFile: certificate.files.certificate,
    hostKeys: dropbox.hostKeys,
    store,
    folders,
    close: () => started.unwind(),
  };
}

async function findCertificate(
  { certificate, certificateCopy, dataFolder, names }: ControllerOptions,
  log: Logger,
): Promise<ServerCertificate> {
  const found =
    certificate === undefined
      ? await ensureCertificate(dataFolder, names, log)
      : await readCertificate(certificate, log);
  if (certificateCopy !== undefined) await writeFileAtomically(certificateCopy, found.certificate, 0o644);
  return found;
}

/**
 * Opens the store, whose server may start at the same time as this controller. The salts of all projects are made here,
 * where nobody waits for them.
 */
async function openControllerStore(
  { dataFolder, databaseUrl }: Pick<ControllerOptions, 'dataFolder' | 'databaseUrl'>,
  { log, signal }: Pick<ControllerSurroundings, 'log' | 'signal'>,
): Promise<Store> {
  const options = { dataFolder, log, ...(databaseUrl !== undefined && { databaseUrl }) };
  const store = await awaitServer(() => openStore(options), log, signal);
  await store.salts();
  return store;
}

/** Tries again while a database server cannot be reached. */
async function awaitServer(open: () => Promise<Store>, log: Logger, signal?: AbortSignal): Promise<Store> {
  const deadline = performance.now() + DATABASE_PATIENCE_MILLISECONDS;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof StoreError && error.disconnected) || performance.now() > deadline) throw error;
      log.warn(`${error.message}; trying again`);
      await delay(DATABASE_PAUSE_MILLISECONDS, undefined, { ...(signal !== undefined && { signal }) });
    }
  }
}

async function startImports(
  store: Store,
  folders: Folders,
  { log, startScrape }: Pick<ControllerSurroundings, 'log' | 'startScrape'>,
  started: Stack,
): Promise<{ readonly importer: Importer; readonly intake: ExportIntake }> {
  const starter = startScrape === undefined ? undefined : new ScrapeStarter(startScrape, log);
  if (starter !== undefined) started.push('the start of jobs', () => starter.close());
  const importer = startImporter({
    ...{ store, dataFolder: folders.data, log, signal: new AbortController().signal },
    ...(starter === undefined ? {} : { imported: (project) => starter.imported(project) }),
  });
  started.push('the importer', () => importer.close());
  const intake = new ExportIntake({ store, folders, log, queued: () => importer.wake() });
  started.push('the intake of exports', () => intake.close());
  await intake.start();
  return { importer, intake };
}

function openDropbox(options: ControllerOptions, store: Store, folders: Folders, log: Logger): Promise<Dropbox> {
  const { dataFolder, sshPort, listen: host, quota } = options;
  return startDropbox({
    dataFolder,
    port: sshPort,
    ...(host !== undefined && { host }),
    ...(quota !== undefined && { quota: { bytes: quota } }),
    takenFrom: (agent) => foldersNotImported(store, folders, agent),
    findPublicKey: async (agent) => (await store.findAgent(agent))?.publicKey,
    projectsOf: async (agent) => (await listFolder(join(folders.home(agent), 'export'))).map(({ name }) => name),
    log,
  });
}

/** Exports of an agent that wait for import, and those that failed and are kept. */
async function foldersNotImported(store: Store, folders: Folders, agent: string): Promise<readonly string[]> {
  const imports = await store.imports();
  const open = imports.filter((job) => job.agent === agent && job.state !== 'done');
  return open.map(({ folder }) => join(folders.data, folder));
}

/** An environment file of the operator's own must be there when an agent asks; the default is made, empty. */
async function findEnvironmentFile({ environmentFile, dataFolder }: ControllerOptions): Promise<string> {
  if (environmentFile !== undefined) {
    return environmentFile;
  }
  const file = join(dataFolder, 'env');
  const handle = await open(file, constants.O_CREAT | constants.O_WRONLY, 0o600);
  await handle.close();
  return file;
}

async function listen(app: FastifyInstance, { port, listen: host }: ControllerOptions): Promise<number> {
  await listening('the HTTPS server', '--port', () => app.listen({ port, host: host ?? '' }));
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

async function closeWithin(app: FastifyInstance, milliseconds: number): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), milliseconds);
  await app.close();
  clearTimeout(timer);
}
