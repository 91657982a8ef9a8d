import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../temporary-folder.js';

const program = path.join(import.meta.dirname, '../../dist/scraper/gatherer.js');

/** GATHERER_HOME of an agent of the project TEST. */
export interface AgentHome {
  readonly folder: string;
  readonly exports: string;
}

/** The controller's side of the agent's settings. */
export interface ControllerAddress {
  readonly port: number;
  readonly certificateFile: string;
}

/** @param repository URL of its only source */
export function makeAgentHome(controller: ControllerAddress, repository: string): AgentHome {
  const folder = temporaryFolder();
  const exports = path.join(folder, 'export/TEST');
  mkdirSync(exports, { recursive: true });
  writeFileSync(
    path.join(exports, 'data_sources.json'),
    JSON.stringify([{ type: 'git', name: 'shop', url: repository }]),
  );
  const home = { folder, exports };
  pointAgentAt(home, controller);
  return home;
}

/** Writes the settings of the agent. */
export function pointAgentAt({ folder }: AgentHome, { port, certificateFile }: ControllerAddress): void {
  const ssh = `[ssh]\nhost = localhost:${port}\nusername = agent-TEST\ncert = ${certificateFile}\n`;
  writeFileSync(path.join(folder, 'settings.cfg'), `${ssh}[projects]\nTEST = Test\n`);
  writeFileSync(path.join(folder, 'credentials.cfg'), '');
}

export interface AgentProcess {
  readonly child: ChildProcess;
  /** Lines of its log so far. */
  readonly lines: readonly string[];
  /** Exit code, or the name of the signal that ended it. */
  readonly exit: Promise<number | string>;
}

/** Starts `gatherer` from the build, in the home of an agent. */
export function startAgent(
  { folder }: AgentHome,
  words: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): AgentProcess {
  const child = spawn(process.execPath, [program, ...words], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, GATHERER_HOME: folder, JIRA_KEY: 'TEST', ...variables },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const exit = once(child, 'close').then(([code, signal]): number | string => code ?? signal);
  return { child, lines, exit };
}

/** One scrape, whatever the schedule says, to its end. */
export async function scrapeOnce(home: AgentHome, variables: Readonly<Record<string, string>> = {}): Promise<void> {
  const { exit, lines } = startAgent(home, ['agent'], { JENKINS_URL: '1', PREFLIGHT_ARGS: '--skip', ...variables });
  const code = await exit;
  if (code !== 0) {
    throw new Error(`The agent ended with ${code}:\n${lines.join('\n')}`);
  }
}

/** A repository with as many commits, each of which changes a file and some of which have tags. */
export class TestRepository {
  private commits = 0;

  private constructor(readonly folder: string) {}

  static create(): TestRepository {
    const folder = path.join(temporaryFolder(), 'shop.git');
    execFileSync('git', ['init', '-q', '--bare', '--initial-branch=main', folder]);
    return new TestRepository(folder);
  }

  get url(): string {
    return `file://${this.folder}`;
  }

  add(count: number): void {
    const stream: string[] = [];
    for (const last = this.commits + count; this.commits < last; ) {
      this.commits += 1;
      const number = this.commits;
      const message = `Change ${number}`;
      const line = `line ${number}\n`.repeat((number % 7) + 1);
      stream.push(
        'commit refs/heads/main',
        `committer Someone ${number % 5} <s${number % 5}@example.org> ${1_700_000_000 + number * 60} +0000`,
        `data ${message.length}\n${message}`,
        ...(number > 1 ? [number === last - count + 1 ? 'from refs/heads/main^0' : ''] : []),
        `M 100644 inline src/file-${number % 40}.txt\ndata ${line.length}\n${line}`,
        ...(number % 100 === 0 ? [`reset refs/tags/v${number}\nfrom refs/heads/main\n`] : []),
      );
    }
    execFileSync('git', ['fast-import', '--quiet', '--force'], {
      cwd: this.folder,
      input: stream.filter((text) => text !== '').join('\n'),
    });
  }
}
