import { basename, join } from 'node:path';
import { MANIFEST_FILE, writeManifest } from '../tables/manifest.js';
import { type AgentContext, exportFolder, fileExists, reportFailure, resolvePath } from './context.js';
import { Controller } from './controller.js';
import { checkNames } from './step-files.js';
import { agentUser, type TransferOptions, withTransfer } from './transfer.js';

export interface ExportOptions extends TransferOptions {
  /** Names of update trackers in the export folder. */
  readonly update: readonly string[];
  /** Names of data files in the export folder. */
  readonly export: readonly string[];
  /** Paths of other files, such as a log. */
  readonly other: readonly string[];
  /** Only say what would happen. */
  readonly dryRun?: boolean | undefined;
}

/** Only data and trackers are imported; a log alone is not. */
function isImport(options: ExportOptions): boolean {
  return options.export.length > 0 || options.update.length > 0;
}

/** Names of data files and update trackers. @throws {ConfigError} for what is no file of the export folder */
function namesOf(options: ExportOptions): readonly string[] {
  return [...checkNames(options.export, '--export'), ...checkNames(options.update, '--update')];
}

function pathsOf(context: AgentContext, options: ExportOptions): readonly string[] {
  const inFolder = namesOf(options).map((name) => join(exportFolder(context), name));
  return [...inFolder, ...options.other.map((path) => resolvePath(context.runtime, path))];
}

/** Those that are there: few of the files that a scrape may export are, as they come from sources of all kinds. */
async function existing({ log }: AgentContext, paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(paths.map(async (path) => ({ path, there: await fileExists(path) })));
  const missing = found.filter(({ there }) => !there).map(({ path }) => basename(path));
  if (missing.length > 0) {
    log.debug(`Not there to be sent: ${missing.join(', ')}`);
  }
  return found.filter(({ there }) => there).map(({ path }) => path);
}

/** Describes the data and trackers among the files that are sent; its path. */
async function describeExport(context: AgentContext, sent: readonly string[], options: ExportOptions): Promise<string> {
  const folder = exportFolder(context);
  const { project, runtime } = context;
  const origin = { project, agentVersion: runtime.version.slice(0, 100), created: new Date() };
  await writeManifest(
    folder,
    namesOf(options).filter((name) => sent.includes(join(folder, name))),
    origin,
  );
  return join(folder, MANIFEST_FILE);
}

/**
 * Sends the files, and after all of them have arrived the manifest, by which the controller can tell that it has the
 * whole export and nothing else.
 */
async function upload(
  context: AgentContext,
  controller: Controller,
  username: string,
  options: ExportOptions,
): Promise<void> {
  const paths = await existing(context, pathsOf(context, options));
  const manifest = isImport(options) ? await describeExport(context, paths, options) : undefined;
  const remoteFolder = `export/${context.project}`;
  await withTransfer(context, controller, username, options, async (client) => {
    const { transferred } = await client.upload(
      paths.map((path) => ({ path })),
      remoteFolder,
    );
    if (manifest !== undefined) {
      await client.upload([{ path: manifest }], remoteFolder);
    }
    context.log.info(`Sent to ${controller.host}: ${transferred.map(({ name }) => name).join(', ') || 'nothing'}`);
  });
}

async function announce(
  context: AgentContext,
  controller: Controller,
  username: string,
  options: ExportOptions,
): Promise<number> {
  const { export: data, update, other } = options;
  const response = await controller.announceExport({ user: username, export: data, update, other });
  if (response.status === 202) {
    return 0;
  }
  return reportFailure(context, response.statusError(), 'The controller did not accept the export');
}

function describe(context: AgentContext, controller: Controller, username: string, options: ExportOptions): void {
  const names = pathsOf(context, options);
  const target = `${username}@${controller.sshHost}:~/export/${context.project}/`;
  context.log.info(`Dry run: would send ${names.join(' ')} to ${target}`);
  if (isImport(options)) {
    context.log.info(
      `Dry run: would send a POST request to ${controller.url('export.py', { project: context.project })}`,
    );
  }
}

/**
 * Sends files to the controller, and asks it to import them unless they are only `other` ones.
 *
 * @returns exit code
 */
export async function exportFiles(context: AgentContext, options: ExportOptions): Promise<number> {
  try {
    return await sendFiles(context, options);
  } catch (error) {
    return reportFailure(context, error, 'Could not export the files');
  }
}

/**
 * The same, for callers that have words of their own for a failure.
 *
 * @throws {SshError} and other errors where the files do not arrive
 */
export async function sendFiles(context: AgentContext, options: ExportOptions): Promise<number> {
  const controller = Controller.of(context, options);
  try {
    const username = agentUser(context, options);
    if (controller === undefined || username === undefined) {
      context.log.fatal('No controller to export to; set ssh.host and ssh.username');
      return 1;
    }
    if (pathsOf(context, options).length === 0) {
      context.log.error('No files to export; name them with --export, --update or --other');
      return 1;
    }
    if (options.dryRun === true) {
      describe(context, controller, username, options);
      return 0;
    }
    await upload(context, controller, username, options);
    return isImport(options) ? await announce(context, controller, username, options) : 0;
  } finally {
    await controller?.close();
  }
}
