import { ConfigError } from '../src/config/errors.js';
import { createRuntime, type Runtime } from '../src/config/runtime.js';
import { readVersion } from '../src/config/version.js';
import { Redactor } from '../src/log/redactor.js';
import { findPlugins } from '../src/sources/find-plugins.js';
import { parseCommandLine, UsageError, variablesOf } from './command-line.js';
import type { Registration, Selection } from './registration.js';

/** Runs the command that the words ask for; its exit code: 0 done, 1 failed, 2 wrong usage. */
export async function main(words: readonly string[], commands: readonly Registration[]): Promise<number> {
  tolerateClosedPipe();
  // Until the secrets of the configuration are known, those that show by their form are masked.
  const redactor = new Redactor();
  try {
    const selection = await parseCommandLine(words, commands, readVersion(process.env['GATHERER_HOME'] || undefined));
    return selection === undefined ? 0 : await runSelection(selection, redactor);
  } catch (error) {
    return explain(error, redactor);
  }
}

async function runSelection(selection: Selection, redactor: Redactor): Promise<number> {
  const runtime = startRuntime(selection, redactor);
  try {
    await loadPluginsOf(runtime);
    return await selection.run(runtime);
  } catch (error) {
    runtime.log.debug({ err: error }, 'Where it happened');
    if (error instanceof ConfigError) throw error;
    if (runtime.signal.aborted) runtime.log.warn('Stopped by a signal');
    else runtime.log.error(messageOf(error));
    return 1;
  }
}

/**
 * Plug-ins are taken from GATHERER_HOME alone, not from a folder that somebody happens to be in: they are programs. What
 * they need is imported only where there are any.
 */
async function loadPluginsOf({ environment, log }: Runtime): Promise<void> {
  const { GATHERER_HOME: home } = environment;
  const places = home === undefined || home === '' ? [] : await findPlugins(home);
  if (places.length > 0) {
    const { loadPlugins } = await import('../src/sources/plugins.js');
    await loadPlugins(places, log);
  }
}

function startRuntime({ args }: Selection, redactor: Redactor): Runtime {
  const runtime = createRuntime({
    commandLine: variablesOf(args),
    process: process.env,
    workingFolder: process.cwd(),
    ...(typeof args['log'] === 'string' ? { logLevel: args['log'] } : {}),
    terminal: process.stderr.isTTY,
    signal: abortOnSignal(),
    redactor,
  });
  // Dates are made by the time zone of the process; Node.js takes a change of TZ at once.
  const { TZ } = runtime.environment;
  if (TZ !== undefined && TZ !== '') process.env['TZ'] = TZ;
  return runtime;
}

/** The first signal asks the command to stop; a second one ends the process at once. */
function abortOnSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => controller.abort(new Error(`Stopped by ${signal}`)));
  }
  return controller.signal;
}

/** `gatherer list-files | head -1` is no error. */
function tolerateClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}

function explain(error: unknown, redactor: Redactor): number {
  const usage = error instanceof UsageError;
  console.error(`gatherer: ${redactor.text(messageOf(error))}${usage ? '; see gatherer --help' : ''}`);
  if (usage || error instanceof ConfigError) return 2;
  return 1;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
