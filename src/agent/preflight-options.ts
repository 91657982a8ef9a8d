import { parseArgs } from 'node:util';
import { ConfigError } from '../config/errors.js';
import { type LogLevel, logLevels, parseLogLevel } from '../log/level.js';
import type { ControllerOptions } from './controller.js';

export interface PreflightOptions extends ControllerOptions {
  /** Path of the secrets; false where none are required. */
  readonly secrets?: string | false | undefined;
  /** Failed checks are logged and ignored. */
  readonly skip?: boolean | undefined;
  readonly log?: LogLevel | undefined;
}

const options = {
  secrets: { type: 'string' },
  'no-secrets': { type: 'boolean' },
  ssh: { type: 'string' },
  'no-ssh': { type: 'boolean' },
  cert: { type: 'string' },
  skip: { type: 'boolean' },
  log: { type: 'string' },
} as const;

const word = /(?:[^\s"']|"[^"]*"|'[^']*')+/g;

/**
 * Reads PREFLIGHT_ARGS, e.g. `--no-secrets --cert "my certs/controller.crt"`.
 *
 * @throws {ConfigError} where it holds anything but options of preflight
 */
export function parsePreflightArguments(value: string | undefined): PreflightOptions {
  const words = (value ?? '').match(word) ?? [];
  const args = words.map((text) => text.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
  try {
    const { values } = parseArgs({ args, options, strict: true, allowPositionals: false });
    const log = parseLogLevel(values.log ?? '');
    if (values.log !== undefined && log === undefined) {
      throw new Error(`--log is one of ${logLevels.join(', ')}`);
    }
    return {
      secrets: values['no-secrets'] === true ? false : values.secrets,
      ssh: values['no-ssh'] === true ? false : values.ssh,
      cert: values.cert,
      skip: values.skip,
      log,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError('PREFLIGHT_ARGS', `${reason}; expected options of gatherer preflight`);
  }
}

/** Options of the command line over those of PREFLIGHT_ARGS. */
export function mergePreflightOptions(weak: PreflightOptions, strong: PreflightOptions): PreflightOptions {
  return {
    secrets: strong.secrets ?? weak.secrets,
    ssh: strong.ssh ?? weak.ssh,
    cert: strong.cert ?? weak.cert,
    skip: strong.skip ?? weak.skip,
    log: strong.log ?? weak.log,
  };
}
