import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { recoverFolder } from '../tables/commit.js';
import { type AgentContext, exportFolder, reportFailure } from './context.js';
import { Controller } from './controller.js';
import { checkNames } from './step-files.js';
import { agentUser, type TransferOptions, withTransfer } from './transfer.js';

export interface TrackerOptions extends TransferOptions {
  /** Names of update trackers. */
  readonly files?: readonly string[] | undefined;
  /** Remove the local files instead of fetching them. */
  readonly skip?: boolean | undefined;
}

async function remove(context: AgentContext, files: readonly string[]): Promise<void> {
  await Promise.all(files.map((file) => rm(join(exportFolder(context), file), { force: true })));
}

async function fetchTrackers(
  context: AgentContext,
  controller: Controller,
  files: readonly string[],
  options: TrackerOptions,
): Promise<number> {
  const username = agentUser(context, options);
  if (username === undefined) {
    context.log.error('No user name for the controller; set ssh.username, or give --agent');
    return 1;
  }
  const folder = exportFolder(context);
  const { transferred, missing } = await withTransfer(context, controller, username, options, (client) =>
    client.download(files, `update/${context.project}`, folder),
  );
  await remove(context, missing);
  context.log.info(`Update trackers: ${transferred.length} fetched, ${missing.length} not at the controller yet`);
  return 0;
}

/**
 * Fetches the update trackers of a project. One that the controller does not have is removed here too: it says of no
 * row that it was imported, so the next scrape is a full one.
 *
 * @returns exit code
 */
export async function retrieveTrackers(context: AgentContext, options: TrackerOptions): Promise<number> {
  const files = checkNames(options.files ?? [], '--files');
  await mkdir(exportFolder(context), { recursive: true });
  if (options.skip === true) {
    context.log.warn(`Skipping update trackers for project ${context.project}`);
    await remove(context, files);
    return 0;
  }
  let controller: Controller | undefined;
  try {
    await recoverFolder(exportFolder(context));
    controller = Controller.of(context, options);
    if (controller === undefined) {
      context.log.warn('No controller is configured (ssh.host), so the local update trackers stay as they are');
      return 0;
    }
    if (files.length === 0) {
      context.log.warn('No update trackers to retrieve; name them with --files');
      return 0;
    }
    return await fetchTrackers(context, controller, files, options);
  } catch (error) {
    return reportFailure(context, error, `Could not retrieve update trackers for project ${context.project}`);
  } finally {
    await controller?.close();
  }
}
