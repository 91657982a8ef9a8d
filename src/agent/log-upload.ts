import type { Environment } from '../config/environment.js';
import type { LogEntry } from '../log/entry.js';
import type { Logger } from '../log/logger.js';
import type { AgentContext } from './context.js';
import { Controller, type ControllerOptions } from './controller.js';
import { errorText, logTime } from './log-format.js';

const maximumWaiting = 200;
const limits = { connect: 5_000, headers: 10_000, total: 10_000 };

/** Numbers of the levels in the wire format, which is that of Python's log records. */
const wireLevels = { DEBUG: '10', INFO: '20', WARNING: '30', ERROR: '40', CRITICAL: '50' } as const;

type Form = Readonly<Record<string, string>>;

function formOf(entry: LogEntry): Form {
  const milliseconds = Date.parse(entry.time);
  return {
    name: 'root',
    msg: entry.message,
    args: '()',
    levelname: entry.level,
    levelno: wireLevels[entry.level],
    exc_text: errorText(entry) ?? 'None',
    created: String(milliseconds / 1000),
    msecs: String(milliseconds % 1000),
    process: String(process.pid),
    processName: 'gatherer',
    message: entry.message,
    asctime: logTime(entry.time),
  };
}

/** Sends records one after the other, without ever keeping anyone waiting or failing; the answers do not matter. */
export class LogUpload {
  private readonly waiting: LogEntry[] = [];
  private dropped = 0;
  private sending: Promise<void> | undefined;

  constructor(
    private readonly send: (form: Form) => Promise<unknown>,
    private readonly log: Logger,
  ) {}

  receive(entry: LogEntry): void {
    if (this.waiting.length >= maximumWaiting) {
      this.dropped += 1;
      return;
    }
    this.waiting.push(entry);
    this.sending ??= this.sendAll().finally(() => {
      this.sending = undefined;
    });
  }

  /** Resolves when all records are sent, or when the time is up. */
  async flush(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
    });
    await Promise.race([this.sending ?? Promise.resolve(), timeUp]);
    clearTimeout(timer);
    const lost = this.waiting.length + this.dropped;
    if (lost > 0) {
      this.log.info(`${lost} log records did not reach the controller`);
    }
  }

  private async sendAll(): Promise<void> {
    for (let entry = this.waiting.shift(); entry !== undefined; entry = this.waiting.shift()) {
      try {
        await this.send(formOf(entry));
      } catch (error) {
        this.log.debug({ err: error }, 'A log record did not reach the controller');
      }
    }
  }
}

/** AGENT_LOGGING counts even where it is empty. */
function isOn(environment: Environment): boolean {
  return environment.AGENT_LOGGING !== undefined;
}

/**
 * Runs an action with a logger that also sends warnings and worse to the controller, where AGENT_LOGGING is set and
 * there is a controller. What is still waiting at the end gets a few seconds.
 */
export async function withLogUpload<T>(
  context: AgentContext,
  options: ControllerOptions,
  action: (context: AgentContext) => Promise<T>,
): Promise<T> {
  const { log, runtime } = context;
  const controller = isOn(runtime.environment) ? Controller.of(context, options, limits) : undefined;
  if (controller === undefined) {
    return action(context);
  }
  const upload = new LogUpload((form) => controller.uploadLog(form), log);
  const tee = runtime.tee('WARNING', (entry) => upload.receive(entry), log);
  try {
    return await action({ ...context, log: tee.logger });
  } finally {
    tee.stop();
    await upload.flush(5_000);
    await controller.close();
  }
}
