import { join } from 'node:path';
import type { UploadFile } from '../ssh/local-files.js';
import { type AgentContext, exportFolder, reportFailure, resolvePath } from './context.js';
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

function filesOf(context: AgentContext, options: ExportOptions): readonly UploadFile[] {
  const names = [...checkNames(options.export, '--export'), ...checkNames(options.update, '--update')];
  const inFolder = names.map((name) => join(exportFolder(context), name));
  return [...inFolder, ...options.other.map((path) => resolvePath(context.runtime, path))].map((path) => ({ path }));
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
  const files = filesOf(context, options);
  const remoteFolder = `export/${context.project}`;
  await withTransfer(context, controller, username, options, async (client) => {
    const { transferred, missing } = await client.upload(files, remoteFolder);
    context.log.info(`Sent ${transferred.length} files to ${controller.host}`);
    if (missing.length > 0) {
      context.log.debug(`Not there to be sent: ${missing.join(', ')}`);
    }
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
  const names = filesOf(context, options).map(({ path }) => path);
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
  let controller: Controller | undefined;
  try {
    controller = Controller.of(context, options);
    const username = agentUser(context, options);
    if (controller === undefined || username === undefined) {
      context.log.fatal('No controller to export to; set ssh.host and ssh.username');
      return 1;
    }
    if (filesOf(context, options).length === 0) {
      context.log.error('No files to export; name them with --export, --update or --other');
      return 1;
    }
    if (options.dryRun === true) {
      describe(context, controller, username, options);
      return 0;
    }
    await upload(context, controller, username, options);
    return isImport(options) ? await announce(context, controller, username, options) : 0;
  } catch (error) {
    return reportFailure(context, error, 'Could not export the files');
  } finally {
    await controller?.close();
  }
}
