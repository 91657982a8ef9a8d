import type { LogLevel } from '../log/level.js';
import { logLevels, parseLogLevel, pinoLevels } from '../log/level.js';
import { createLog, type Log, type Logger } from '../log/logger.js';
import { Redactor } from '../log/redactor.js';
import { type Credentials, loadCredentials } from './credentials.js';
import {
  type Environment,
  type EnvironmentSources,
  environmentFiles,
  type LoadedEnvironment,
  loadEnvironment,
} from './environment.js';
import { ConfigError } from './errors.js';
import { isFalsy } from './falsy.js';
import { loadSettings, type Settings } from './settings.js';
import { variables } from './variables.js';
import { readVersion } from './version.js';

/** What every command is given: the configuration in force, read once. */
export interface Runtime {
  /** GATHERER_HOME: `/home/agent` in the image, the working directory elsewhere. */
  readonly home: string;
  /** First line of VERSION, else the version of the package. */
  readonly version: string;
  readonly environment: Environment;
  /** The environment with the place that each value came from. */
  readonly loadedEnvironment: LoadedEnvironment;
  /** Read and checked on first use, so that a command that needs no settings works without them. */
  readonly settings: Settings;
  readonly credentials: Credentials;
  readonly log: Logger;
  /** A logger that also hands the entries of a level and worse to a sink, such as `scrape.log` or an upload. */
  readonly tee: Log['tee'];
  /** Knows the secrets of environment, settings and credentials; others are added by who reads them. */
  readonly redactor: Redactor;
  /** Aborted by SIGTERM or SIGINT. */
  readonly signal: AbortSignal;
  /**
   * The same with environment files, settings and credentials read again, as a daemon does before each scrape. The
   * log has the level that they say now.
   *
   * @param receivedFiles environment files that the controller sent, such as `preflight_env`
   * @throws ConfigError where a file has become malformed
   */
  reread(receivedFiles?: readonly string[]): Runtime;
}

export interface RuntimeOptions {
  /** Variables that were given as options. */
  readonly commandLine: Environment;
  /** `process.env` */
  readonly process: Environment;
  /** `process.cwd()` */
  readonly workingFolder: string;
  /** Value of `--log`. */
  readonly logLevel?: string;
  /** Whether people read the log as it is written. */
  readonly terminal: boolean;
  /** Learns the secrets of the configuration as they are read; a new one by default. */
  readonly redactor?: Redactor;
  readonly signal: AbortSignal;
}

/**
 * Reads the environment and makes the log.
 *
 * @throws ConfigError where an environment file is malformed or there is no such log level
 */
export function createRuntime(options: RuntimeOptions): Runtime {
  const givenHome = options.commandLine['GATHERER_HOME'] || options.process['GATHERER_HOME'] || undefined;
  const home = givenHome ?? options.workingFolder;
  const defaults = options.commandLine['GATHERER_DEFAULTS_FILE'] || options.process['GATHERER_DEFAULTS_FILE'];
  const sources: EnvironmentSources = {
    commandLine: options.commandLine,
    process: options.process,
    files: [...(defaults ? [defaults] : []), ...environmentFiles(home)],
  };
  const redactor = options.redactor ?? new Redactor();
  const loaded = loadEnvironment(sources);
  const { logger: log, tee } = createLog({
    level: readLogLevel(options.logLevel, loaded.values),
    terminal: options.terminal,
    redactor,
  });
  const version = readVersion(givenHome);
  const assemble = (environment: LoadedEnvironment): Runtime => {
    learnSecrets(environment.values, redactor);
    const level = pinoLevels[readLogLevel(options.logLevel, environment.values)];
    const parts = { home, version, log: log.child({}, { level }), tee, redactor, signal: options.signal };
    return new ConfiguredRuntime(parts, environment, (receivedFiles) => {
      const again = loadEnvironment({ ...sources, receivedFiles });
      for (const variable of again.refused) log.warn({ variable }, 'The controller may not set this variable: ignored');
      return assemble(again);
    });
  };
  return assemble(loaded);
}

type Parts = Pick<Runtime, 'home' | 'version' | 'log' | 'tee' | 'redactor' | 'signal'>;

class ConfiguredRuntime implements Runtime {
  readonly home: string;
  readonly version: string;
  readonly environment: Environment;
  readonly log: Logger;
  readonly tee: Log['tee'];
  readonly redactor: Redactor;
  readonly signal: AbortSignal;
  private loadedSettings: Settings | undefined;
  private loadedCredentials: Credentials | undefined;

  constructor(
    parts: Parts,
    readonly loadedEnvironment: LoadedEnvironment,
    private readonly readAgain: (receivedFiles: readonly string[]) => Runtime,
  ) {
    this.home = parts.home;
    this.version = parts.version;
    this.log = parts.log;
    this.tee = parts.tee;
    this.redactor = parts.redactor;
    this.signal = parts.signal;
    this.environment = loadedEnvironment.values;
  }

  get settings(): Settings {
    this.loadedSettings ??= loadSettings(this.environment, this.redactor);
    return this.loadedSettings;
  }

  get credentials(): Credentials {
    this.loadedCredentials ??= loadCredentials(this.environment, this.redactor);
    return this.loadedCredentials;
  }

  reread(receivedFiles: readonly string[] = []): Runtime {
    return this.readAgain(receivedFiles);
  }
}

function learnSecrets(environment: Environment, redactor: Redactor): void {
  for (const { name, secret } of variables) {
    const value = environment[name];
    if (secret && value !== undefined && !isFalsy(value)) redactor.add(value);
  }
}

function readLogLevel(option: string | undefined, environment: Environment): LogLevel {
  const name = option ?? (environment['logLevel'] || 'INFO');
  const level = parseLogLevel(name);
  if (level === undefined) {
    const source = option === undefined ? 'logLevel' : '--log';
    throw new ConfigError(source, `expected one of ${logLevels.join(', ')}, not "${name}"`);
  }
  return level;
}
