import type { Runtime } from '../config/runtime.js';
import { ApiConnections } from '../http/connections.js';
import {
  type BigBoatOptions,
  bigboatSource,
  type Dashboard,
  dashboardRows,
  findDashboard,
} from '../sources/bigboat/index.js';
import { gatherStep } from '../sources/gather-step.js';
import { createProgressDisplay } from '../sources/progress-display.js';
import type { Row } from '../tables/row.js';
import { type AgentContext, agentProjects, logFailure, reportFailure } from './context.js';
import { Controller, type ControllerOptions } from './controller.js';

export interface StatusOptions extends BigBoatOptions, ControllerOptions {}

/**
 * Reads the checks of the project's BigBoat dashboard, and hands them to the controller; where there is no controller,
 * they are exported to a file.
 *
 * @returns exit code
 * @throws {ConfigError} where the configuration cannot be used
 */
export async function bigboatToJson(context: AgentContext, options: StatusOptions): Promise<number> {
  const { runtime, project, log } = context;
  try {
    if (!Controller.isConfigured(runtime, options)) return await exportStatuses(context, options);
    const dashboard = findDashboard(runtime.settings, project, options, log);
    return dashboard === undefined ? 0 : await sendStatuses(context, dashboard, options);
  } catch (error) {
    return reportFailure(context, error, 'The status of BigBoat is not exported');
  }
}

async function exportStatuses(
  { runtime, project, log, signal }: AgentContext,
  options: BigBoatOptions,
): Promise<number> {
  const { home, version, environment, settings, credentials, redactor } = runtime;
  const scope = { home, version, environment, settings, credentials, redactor, log, signal };
  const progress = createProgressDisplay(log, undefined);
  const { incomplete } = await gatherStep(scope, bigboatSource(options), { project, progress });
  return incomplete.length > 0 ? 1 : 0;
}

async function sendStatuses(context: AgentContext, dashboard: Dashboard, options: StatusOptions): Promise<number> {
  const statuses = await readStatuses(context, dashboard);
  const controller = Controller.of(context, options);
  try {
    const response = await controller?.sendStatuses(statuses, dashboard.url);
    if (response !== undefined && response.status !== 202) {
      return reportFailure(context, response.statusError(), 'The controller did not accept the status of BigBoat');
    }
    context.log.info(`Sent ${statuses.length} checks of ${dashboard.url} to the controller`);
    return 0;
  } finally {
    await controller?.close();
  }
}

async function readStatuses({ runtime, log, signal }: AgentContext, dashboard: Dashboard): Promise<readonly Row[]> {
  const { version, environment } = runtime;
  const connections = new ApiConnections({ version, environment, log, signal });
  try {
    const rows: Row[] = [];
    const onProgress = (text: string): void => log.debug(text);
    for await (const row of dashboardRows(dashboard, { connections, log, signal, onProgress })) rows.push(row);
    return rows;
  } finally {
    await connections.close();
  }
}

/** Does so for all projects of the agent, one after the other, with the configuration as it is now. Never rejects. */
export async function readDashboards(runtime: Runtime): Promise<void> {
  const { log, signal } = runtime;
  try {
    const fresh = runtime.reread();
    for (const project of agentProjects(fresh)) {
      if (!signal.aborted) await readDashboard({ runtime: fresh, project, log: log.child({ project }), signal });
    }
  } catch (error) {
    if (!signal.aborted) logFailure(log, error, 'The status of BigBoat is not read');
  }
}

async function readDashboard(context: AgentContext): Promise<void> {
  try {
    await bigboatToJson(context, {});
  } catch (error) {
    if (!context.signal.aborted) logFailure(context.log, error, 'The status of BigBoat is not read');
  }
}
