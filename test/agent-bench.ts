import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { register } from '../scraper/registration.js';
import type { KeyAndCertificate } from '../src/controller/tls/self-signed.js';
import { runCommand } from './run-command.js';
import { type ScriptedController, startScriptedController } from './servers/scripted-controller.js';
import { temporaryFolder } from './temporary-folder.js';
import { exchangesOf, type WireCase, type WireFile } from './wire.js';

const group = 'Steps of a scrape';
const commands = [
  register(group, 'generate-key <project>', '', () => import('../scraper/commands/generate-key.js')),
  register(group, 'preflight <project>', '', () => import('../scraper/commands/preflight.js')),
  register(
    group,
    'retrieve-update-trackers <project>',
    '',
    () => import('../scraper/commands/retrieve-update-trackers.js'),
  ),
  register(group, 'export-files <project>', '', () => import('../scraper/commands/export-files.js')),
  register(group, 'bigboat-to-json <project>', '', () => import('../scraper/commands/bigboat-to-json.js')),
];

/** What stands for `{{NAME}}` in the files and forms of a transcript. */
export type Placeholders = Readonly<Record<string, string>>;

export function fill(text: string, placeholders: Placeholders): string {
  return text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => placeholders[name] ?? whole);
}

/** Mode and contents of every file below a folder. */
export function snapshot(folder: string): ReadonlyMap<string, WireFile> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      const mode = `0${(statSync(file).mode & 0o7777).toString(8)}`;
      return [path.relative(folder, file), { mode, content: readFileSync(file, 'utf8') }];
    }),
  );
}

/** Files that are new or have other contents. */
export function changes(
  before: ReadonlyMap<string, WireFile>,
  after: ReadonlyMap<string, WireFile>,
): Readonly<Record<string, WireFile>> {
  return Object.fromEntries([...after].filter(([name, file]) => before.get(name)?.content !== file.content));
}

export function writeFiles(
  folder: string,
  files: Readonly<Record<string, WireFile>>,
  placeholders: Placeholders,
): void {
  for (const [name, { mode, content }] of Object.entries(files)) {
    const file = path.join(folder, name);
    if (name.endsWith('/')) {
      mkdirSync(file, { recursive: true });
    } else {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, fill(content ?? '', placeholders));
      chmodSync(file, Number.parseInt(mode, 8));
    }
  }
}

export interface BenchOptions {
  readonly identity: KeyAndCertificate;
  /** The certificate that the agent is pinned to. */
  readonly certificate: string;
  readonly placeholders: Placeholders;
  /** Replaces options of `[ssh]`; `{{PORT}}` is that of the controller. */
  readonly ssh?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Answers without an exchange of the transcript, e.g. none where the controller must not be asked. */
  readonly settings: readonly string[];
}

export interface Bench {
  readonly folder: string;
  readonly controller: ScriptedController;
  /** Runs the command of the case. */
  run(): Promise<number>;
}

/** Words of `gatherer` for the command line of an original script. */
function wordsOf(wire: WireCase, folder: string): readonly string[] {
  const [, script = '', ...args] = wire.command;
  const name = path.basename(script, '.py').replaceAll('_', '-');
  return [name, ...args.map((argument) => argument.replace(/^\/home\/agent(?=\/)/, folder))];
}

/** The working folder of an agent, and the controller of a transcript. */
export async function setUpBench(wire: WireCase, options: BenchOptions): Promise<Bench> {
  const folder = temporaryFolder();
  const answers = (text: string) => fill(text, options.placeholders);
  const controller = await startScriptedController(options.identity, exchangesOf(wire), answers);
  const local = { ...options.placeholders, PORT: String(controller.port), FOLDER: folder };
  onTestFinished(() => controller.close());
  const ssh: Readonly<Record<string, string>> = { host: 'localhost:{{PORT}}', ...options.ssh };
  const settings = options.settings.map((line, index) => {
    const section = options.settings.slice(0, index).findLast((earlier) => earlier.startsWith('['));
    const [name = ''] = line.split(' = ');
    return section === '[ssh]' && ssh[name] !== undefined ? `${name} = ${ssh[name]}` : line;
  });
  writeFiles(folder, wire.files_before, local);
  mkdirSync(path.join(folder, 'certs'));
  writeFileSync(path.join(folder, 'certs', 'controller.crt'), options.certificate);
  const file = path.join(folder, 'settings.cfg');
  writeFileSync(file, `${fill(settings.join('\n'), local)}\n`);
  writeFileSync(path.join(folder, 'credentials.cfg'), `${fill((wire['credentials.cfg'] ?? []).join('\n'), local)}\n`);
  const given = { ...wire.env, ...options.environment };
  const environment = {
    GATHERER_SETTINGS_FILE: file,
    GATHERER_CREDENTIALS_FILE: path.join(folder, 'credentials.cfg'),
    ...Object.fromEntries(Object.entries(given).map(([name, value]) => [name, fill(value, local)])),
  };
  const words = wordsOf(wire, folder).map((word) => fill(word, local));
  const run = () => runCommand(commands, words, { folder, environment, logs: 'AGENT_LOGGING' in wire.env });
  return { folder, controller, run };
}
