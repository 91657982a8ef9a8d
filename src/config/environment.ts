import path from 'node:path';
import { readEnvFile } from './env-file.js';
import { ConfigError } from './errors.js';
import { readTextFile } from './text-file.js';
import { variables } from './variables.js';

/**
 * Environment variables in force for one run: command line over process environment over env files. Handed down as a
 * value so that a daemon can read its files again before each scrape without touching `process.env`.
 */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the value of a variable came from. */
export type Origin =
  | { readonly kind: 'command line' }
  | { readonly kind: 'environment' }
  | { readonly kind: 'file'; readonly file: string; readonly line: number };

export interface EnvironmentSources {
  /** Variables that were given as options. */
  readonly commandLine: Environment;
  /** `process.env` */
  readonly process: Environment;
  /** Files that an operator of this machine wrote, a later one over an earlier one. Missing ones are skipped. */
  readonly files: readonly string[];
  /** Files that the controller sent, over the other files; variables that steer programs are not taken from them. */
  readonly receivedFiles?: readonly string[];
}

export interface LoadedEnvironment {
  readonly values: Environment;
  readonly origins: ReadonlyMap<string, Origin>;
  /** Variables of received files that were left out, as `file:line: NAME`. */
  readonly refused: readonly string[];
}

/** Files of variables below GATHERER_HOME, the least important first. */
export function environmentFiles(home: string): readonly string[] {
  return [path.join(home, 'env'), path.join(home, 'config', 'env')];
}

/** What happens to people, with a program of that kind and with a mount of Docker. */
const directoryHint =
  'expected a file of NAME=value lines (is it a virtual environment of Python, or did Docker make a directory because ' +
  'there was no such file to mount?)';

// Variables through which a shell, the loader, Node.js, git or ssh run a program of someone's choice.
const steering =
  /^(?:LD_|DYLD_|NODE_|GIT_|SVN_|SSH_ASKPASS|SSH_AUTH_SOCK|BASH_|PERL|PYTHON|RUBY|GATHERER_HOME$|(?:PATH|IFS|ENV|SHELL|HOME|EDITOR|VISUAL|PAGER)$)/;

/**
 * Puts the variables of all sources together.
 *
 * @throws ConfigError naming file and line where a file is malformed
 */
export function loadEnvironment(sources: EnvironmentSources): LoadedEnvironment {
  const values = new Map<string, string>();
  const origins = new Map<string, Origin>();
  const refused: string[] = [];

  const readFile = (file: string, accepts: (name: string) => boolean): void => {
    const text = readTextFile(file, directoryHint);
    if (text === undefined) return;
    readEnvFile(text, file, {
      lookup: (name) => own(sources.commandLine, name) ?? own(sources.process, name) ?? values.get(name),
      assign: ({ name, value, line }) => {
        if (!accepts(name)) {
          refused.push(`${file}:${line}: ${name}`);
          return;
        }
        values.set(name, value);
        origins.set(name, { kind: 'file', file, line });
      },
    });
  };
  const overlay = (layer: Environment, kind: 'command line' | 'environment'): void => {
    for (const [name, value] of Object.entries(layer)) {
      if (value === undefined) continue;
      values.set(name, value);
      origins.set(name, { kind });
    }
  };

  for (const file of sources.files) readFile(file, () => true);
  for (const file of sources.receivedFiles ?? []) {
    sentByController(() => readFile(file, (name) => !steering.test(name)));
  }
  overlay(sources.process, 'environment');
  overlay(sources.commandLine, 'command line');
  readSecretFiles(values, origins);
  return { values: withoutPrototype(values), origins, refused };
}

/** A secret that is not set may stand in a file that `NAME_FILE` names, as containers are given secrets. */
function readSecretFiles(values: Map<string, string>, origins: Map<string, Origin>): void {
  for (const { name, secret } of variables) {
    const file = values.get(`${name}_FILE`);
    if (!secret || values.has(name) || file === undefined || file === '') continue;
    const text = readTextFile(file, 'expected a file that holds nothing but the secret');
    if (text === undefined) throw new ConfigError(`${name}_FILE`, `there is no file ${file}`);
    values.set(name, text.replace(/\r?\n$/, ''));
    origins.set(name, { kind: 'file', file, line: 1 });
  }
}

/** A file that the controller sent comes back malformed until it is corrected there. */
function sentByController(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const reason = error.message.slice(error.file.length + 2);
    throw new ConfigError(error.file, `${reason}; the controller sent this file, and its operator must correct it`);
  }
}

function own(environment: Environment, name: string): string | undefined {
  return Object.hasOwn(environment, name) ? environment[name] : undefined;
}

/** A name that comes from a configuration, such as `constructor`, must not find what objects inherit. */
function withoutPrototype(values: ReadonlyMap<string, string>): Environment {
  const result: Record<string, string> = Object.fromEntries(values);
  Object.setPrototypeOf(result, null);
  return result;
}
