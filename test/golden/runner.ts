import { type ChildProcess, execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { GoldenCase } from './case.js';
import { canonical, digest, parseDigests } from './compare.js';
import { copyFilled, fill, listFiles, type Placeholders, unfill } from './placeholders.js';
import { loadRepositories, repositoryFolder } from './repositories.js';
import { type AddressedSimulator, addressed, placeholderKey, startServer, stopServer } from './servers.js';
import { freePort } from '../servers/free-port.js';

const command = path.resolve(import.meta.dirname, '../../dist/scraper/gatherer.js');

/** A file as a case expects it, and as it came out. */
export interface Comparison {
  readonly run: number;
  readonly file: string;
  readonly expected: unknown;
  /** Undefined where there is no such file. */
  readonly actual: unknown;
}

/** A step of a run, with what it logged. */
export interface StepOutcome {
  readonly run: number;
  readonly step: string;
  readonly status: number;
  readonly expectedStatus: number;
  readonly log: string;
}

export interface CaseOutcome {
  readonly steps: readonly StepOutcome[];
  readonly comparisons: readonly Comparison[];
}

/**
 * Runs all runs of a case with the built command in a folder of its own, as `case.json` says: repositories and servers
 * first, then the files that change before the run, then its steps.
 *
 * @param inspect is shown the export folder after each run
 */
export async function runCase(
  golden: GoldenCase,
  inspect: (exported: string) => Promise<void> = async () => undefined,
): Promise<CaseOutcome> {
  if (!existsSync(command)) throw new Error(`${command} is missing: run "npm run build" first`);
  const scratch = mkdtempSync(path.join(tmpdir(), 'gatherer-golden-'));
  const run = new CaseRun(golden, scratch);
  try {
    return await run.all(inspect);
  } finally {
    await run.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

class CaseRun {
  private readonly placeholders: Placeholders = new Map();
  private readonly servers: ChildProcess[] = [];
  private readonly steps: StepOutcome[] = [];
  private readonly comparisons: Comparison[] = [];
  private readonly work: string;
  private readonly serve: string;
  private readonly exported: string;
  private readonly environment: NodeJS.ProcessEnv;

  constructor(
    private readonly golden: GoldenCase,
    private readonly scratch: string,
  ) {
    this.work = path.join(scratch, 'work');
    this.serve = path.join(scratch, 'serve');
    this.exported = path.join(this.work, 'export', golden.project);
    const home = path.join(scratch, 'home');
    for (const folder of [this.exported, this.serve, home]) mkdirSync(folder, { recursive: true });
    this.environment = {
      PATH: process.env['PATH'],
      ...{ HOME: home, TZ: golden.tz, LANG: 'C.UTF-8' },
      ...{ GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_TERMINAL_PROMPT: '0' },
    };
  }

  async all(inspect: (exported: string) => Promise<void>): Promise<CaseOutcome> {
    const simulators = await this.addresses();
    for (const [name, value] of Object.entries(this.golden.env))
      this.environment[name] = fill(value, this.placeholders);
    copyFilled(path.join(this.golden.folder, 'config'), this.work, this.placeholders);
    copyFilled(path.join(this.golden.folder, 'before'), this.exported, this.placeholders);
    for (let number = 1; number <= this.golden.runs; number += 1) {
      await this.one(number, simulators);
      await inspect(this.exported);
    }
    return { steps: this.steps, comparisons: this.comparisons };
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.splice(0).map(stopServer));
  }

  private async addresses(): Promise<readonly AddressedSimulator[]> {
    for (const repository of this.golden.repositories) {
      const key = `${placeholderKey(repository.name)}_URL`;
      if (repository.under === undefined) {
        this.placeholders.set(key, `file://${repositoryFolder(repository, this.serve)}`);
      }
    }
    const found: AddressedSimulator[] = [];
    for (const simulator of this.golden.simulators) {
      found.push(addressed(simulator, await freePort(), this.placeholders));
    }
    return found;
  }

  private async one(number: number, simulators: readonly AddressedSimulator[]): Promise<void> {
    const folder = path.join(this.golden.folder, 'runs', String(number));
    const input = path.join(this.scratch, `input-${number}`);
    loadRepositories(this.golden, number, this.serve, this.environment);
    copyFilled(folder, input, this.placeholders);
    const folders = { serve: this.serve, input, scratch: this.scratch };
    for (const simulator of simulators) this.servers.push(await startServer(simulator, folders, this.placeholders));
    copyFilled(path.join(folder, 'config'), this.work, this.placeholders);
    copyFilled(path.join(folder, 'before'), this.exported, this.placeholders);
    const steps = this.golden.runSteps[String(number)] ?? this.golden.steps;
    for (const [index, step] of steps.entries()) {
      await this.step(number, step, this.golden.exit[number - 1]?.[index] ?? 0);
    }
    await this.stop();
    this.compare(number, path.join(folder, 'expected'));
  }

  /** A step is a command line of the program that this one takes the place of: `git_to_json.py TEST --force`. */
  private async step(run: number, step: string, expectedStatus: number): Promise<void> {
    const [script = '', ...rest] = splitWords(step).map((word) => fill(word, this.placeholders));
    const name = script.replace(/\.py$/, '').replaceAll('_', '-');
    const options = { cwd: this.work, env: this.environment, timeout: 120_000, maxBuffer: 1 << 28 };
    const { status, log } = await new Promise<{ status: number; log: string }>((resolve) => {
      execFile('node', [command, name, ...rest], options, (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : -1;
        resolve({ status: error === null ? 0 : code, log: `${stdout}${stderr}` });
      });
    });
    this.steps.push({ run, step, status, expectedStatus, log });
  }

  private compare(run: number, expected: string): void {
    const sums = path.join(expected, 'digests.json');
    if (existsSync(sums)) {
      for (const [file, sum] of Object.entries(parseDigests(readFileSync(sums, 'utf8')))) {
        const text = this.produced(file);
        this.add({ run, file, expected: sum, actual: text === undefined ? undefined : digest(text) });
      }
      return;
    }
    for (const file of listFiles(expected)) {
      const ignored = this.golden.compare[file]?.ignore ?? [];
      const text = this.produced(file);
      this.add({
        run,
        file,
        expected: canonical(file, readFileSync(path.join(expected, file), 'utf8'), ignored),
        actual: text === undefined ? undefined : canonical(file, text, ignored),
      });
    }
    this.compareCollected(run, expected);
  }

  /** Of what a case collects, there is nothing but what it expects. */
  private compareCollected(run: number, expected: string): void {
    for (const folder of this.golden.collect) {
      const wanted = listFiles(path.join(expected, folder));
      const others = listFiles(path.join(this.work, folder)).filter((file) => !wanted.includes(file));
      for (const file of others) this.add({ run, file: path.join(folder, file), expected: undefined, actual: 'there' });
    }
  }

  private add(comparison: Comparison): void {
    if (this.golden.divergence[comparison.file] === undefined) this.comparisons.push(comparison);
  }

  /** A file of the export folder, of the working directory or of a simulator's record. */
  private produced(file: string): string | undefined {
    const places = [this.exported, this.work, this.scratch].map((folder) => path.join(folder, file));
    const place = places.find((candidate) => existsSync(candidate));
    return place === undefined ? undefined : unfill(readFileSync(place, 'utf8'), this.placeholders);
  }
}

/** The words of a command line, with single and double quotes and backslashes as in a shell. */
function splitWords(line: string): readonly string[] {
  const words = line.match(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/g) ?? [];
  return words.map((word) =>
    word.replace(
      /\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/g,
      (_, escaped?: string, double?: string, single?: string) =>
        escaped ?? double?.replace(/\\(["\\$`])/g, '$1') ?? single ?? '',
    ),
  );
}
