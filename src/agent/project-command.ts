import { parseProjectKey } from '../config/project.js';
import type { Runtime } from '../config/runtime.js';
import type { AgentContext } from './context.js';
import type { ControllerOptions } from './controller.js';
import { withLogUpload } from './log-upload.js';

/**
 * Runs a step of its own, outside of a scrape, for one project.
 *
 * @param options name the controller that the log goes to where AGENT_LOGGING is set
 * @throws {ConfigError} where the key is not one of a project
 */
export function runForProject(
  runtime: Runtime,
  key: string,
  options: ControllerOptions,
  action: (context: AgentContext) => Promise<number>,
): Promise<number> {
  const project = parseProjectKey(key, 'project');
  const { log, signal } = runtime;
  return withLogUpload({ runtime, project, log, signal }, options, action);
}
