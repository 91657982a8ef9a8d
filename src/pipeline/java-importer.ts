import { join } from 'node:path';
import type { Runtime } from '../config/runtime.js';
import { ProgramError, readOutput, startProgram } from '../process/program.js';
import { withImporter } from '../sources/importer/importer-lock.js';
import { type Importer, type ImporterContext, retrieveTrackers } from './importer.js';
import { wordsOf } from './words.js';

/** The original importer failed, or could not be started. */
class JavaError extends ProgramError {
  override readonly name = 'JavaError';
}

/** Levels of java.util.logging. */
const levels: Readonly<Record<string, string>> = { DEBUG: 'FINE', ERROR: 'SEVERE', CRITICAL: 'SEVERE' };

/** Far more than the names of all files. */
const mostOutput = 1024 * 1024;

/** Imports by the original importer, which is a program of its own and has a database of its own. */
export class JavaImporter implements Importer {
  private constructor(
    private readonly context: ImporterContext,
    readonly files: ReadonlySet<string>,
  ) {}

  /**
   * Fetches the importer where the settings say where it is, and asks it which files the tasks import.
   *
   * @throws Error where there is no importer, or it cannot be run
   */
  static async open(context: ImporterContext): Promise<JavaImporter> {
    const { runtime, options, tasks, runCommand } = context;
    for (const word of options.words.java) learnPassword(word, runtime);
    const job = runtime.settings.get('importer', 'job') !== undefined;
    const url = runtime.settings.get('importer', 'url') !== undefined;
    if (job || url || options.words.importerBuild.length > 0) {
      const from = job ? ['--jenkins'] : [];
      const base = join(runtime.home, options.importerBase);
      const words = ['retrieve-importer', ...from, '--base', base, '--force', ...options.words.importerBuild];
      if ((await runCommand(runtime, words)) !== 0) throw new Error('The original importer could not be retrieved');
    }
    const output = await runJava(context, [], ['--files', tasks.join(',')]);
    return new JavaImporter(context, new Set(wordsOf(output)));
  }

  async prepare(runtime: Runtime): Promise<Runtime> {
    return runtime;
  }

  placeTrackers(runtime: Runtime, project: string, files: readonly string[]): Promise<number> {
    return retrieveTrackers(this.context, runtime, project, files);
  }

  async run(project: string, trackers: readonly string[]): Promise<void> {
    const { runtime, tasks } = this.context;
    const output = await runJava(this.context, trackers, [project, tasks.join(',')]);
    const lines = output.split('\n').filter((line) => line.trim() !== '');
    for (const line of lines) runtime.log.info(`${project}: importer: ${line.trim()}`);
  }

  async close(): Promise<void> {}
}

/** What it prints. Its properties may hold a password, and stand in no error. */
function runJava(
  { runtime, options }: ImporterContext,
  trackers: readonly string[],
  words: readonly string[],
): Promise<string> {
  const { environment, home, signal, log } = runtime;
  const level = environment['logLevel'] || 'INFO';
  const base = join(home, options.importerBase);
  const jar = join(base, 'importerjson.jar');
  const properties = [
    `-Dimporter.log=${levels[level] ?? level}`,
    `-Dimporter.update=${trackers.join(' ')}`,
    `-Dimporter.relPath=${options.relPath}`,
    ...options.words.java,
  ];
  const java = {
    program: 'java',
    arguments: [...properties, '-jar', jar, ...words],
    namedArguments: ['-jar', jar, ...words],
    environment: Object.fromEntries(
      Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    signal,
    onStderr: (chunk: Buffer) => log.info(`importer: ${chunk.toString('utf8').trim()}`),
  };
  return withImporter(base, runtime, () => {
    const running = startProgram(java, JavaError);
    running.stdin.end();
    return readOutput(running, mostOutput);
  });
}

function learnPassword(property: string, { redactor }: Runtime): void {
  const [, password] = /^-D[^=]*password=(.+)$/i.exec(property) ?? [];
  if (password !== undefined) redactor.add(password);
}
