import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { LogEntry } from '../log/entry.js';
import { type AgentContext, exportFolder } from './context.js';
import { errorText, logTime } from './log-format.js';

const maximumBytes = 50 * 1024 * 1024;

function lineOf(entry: LogEntry): string {
  const error = errorText(entry);
  return `${logTime(entry.time)}:${entry.level}:${entry.message}\n${error === undefined ? '' : `${error}\n`}`;
}

/** `scrape.log` of a project, as it is sent to the controller after a scrape. */
export function scrapeLogFile(context: Pick<AgentContext, 'runtime' | 'project'>): string {
  return join(exportFolder(context), 'scrape.log');
}

/**
 * Runs an action with a logger that also writes to a new `scrape.log`, which ends with the exit code. A file that
 * cannot be written does not stop the action.
 */
export async function withScrapeLog(
  context: AgentContext,
  action: (context: AgentContext) => Promise<number>,
): Promise<number> {
  await mkdir(exportFolder(context), { recursive: true });
  const stream = createWriteStream(scrapeLogFile(context), { mode: 0o644 });
  stream.on('error', (error) => context.log.warn(`scrape.log cannot be written: ${error.message}`));
  const write = (text: string) => {
    if (stream.writable && stream.bytesWritten < maximumBytes) {
      stream.write(text);
    }
  };
  let code = 1;
  const tee = context.runtime.tee('DEBUG', (entry) => write(lineOf(entry)), context.log);
  try {
    code = await action({ ...context, log: tee.logger });
  } finally {
    tee.stop();
    write(`Process ended with status code ${code}\n`);
    stream.end();
    await finished(stream).catch(() => undefined);
  }
  return code;
}
