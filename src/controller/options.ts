import { resolve } from 'node:path';
import { z } from 'zod';
import type { Environment } from '../config/environment.js';
import { ConfigError } from '../config/errors.js';
import { type Network, NetworkError, parseNetworks } from '../config/networks.js';
import type { RegistrationPolicy } from './admission.js';
import type { CertificateFiles } from './tls/certificate.js';

/** How a controller runs. */
export interface ControllerOptions {
  readonly dataFolder: string;
  /** PostgreSQL server in place of the embedded database. */
  readonly databaseUrl?: string;
  /** Address to listen on; all where it is absent. */
  readonly listen?: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly sshPort: number;
  /** Names and addresses for a certificate that is made. */
  readonly names: readonly string[];
  /** The operator's own certificate. */
  readonly certificate?: CertificateFiles;
  /** Receives a copy of the certificate, for agents. */
  readonly certificateCopy?: string;
  readonly policy: RegistrationPolicy;
  /** Bytes that an agent may have uploaded and not imported. */
  readonly quota?: number;
  readonly proxies: readonly Network[];
  /** Environment for agents; `env` in the data folder, made empty, where it is absent. */
  readonly environmentFile?: string;
}

/** Options of the command line by their names, and the variables that say the same. */
const VARIABLES = {
  data: 'CONTROLLER_DATA',
  listen: 'CONTROLLER_LISTEN',
  port: 'CONTROLLER_PORT',
  'ssh-port': 'CONTROLLER_SSH_PORT',
  names: 'CONTROLLER_NAMES',
  cert: 'CONTROLLER_CERT',
  key: 'CONTROLLER_KEY',
  registration: 'CONTROLLER_REGISTRATION',
  quota: 'CONTROLLER_QUOTA',
  'trusted-proxy': 'CONTROLLER_TRUSTED_PROXIES',
} as const;

type OptionName = keyof typeof VARIABLES;
export type GivenOptions = Readonly<Partial<Record<OptionName, string | undefined>>>;

const MEBIBYTE = 1024 * 1024;
const Port = z.coerce.number().int().min(0).max(65_535);
const Quota = z.coerce.number().int().min(1).max(1_000_000_000);
const Policy = z.enum(['safe', 'open']);

/**
 * Puts the options of the command line over the environment. Paths are taken from the home folder on.
 * @throws ConfigError naming the option or the variable whose value is wrong
 */
export function readControllerOptions(given: GivenOptions, environment: Environment, home: string): ControllerOptions {
  const { read, parse } = reader(given, environment);
  const listen = read('listen');
  const certificate = certificateFiles(read('cert'), read('key'), home);
  const quota = read('quota');
  const { DATABASE_URL: databaseUrl, CONTROLLER_ENV_FILE: environmentFile } = environment;
  const { CONTROLLER_CERT_COPY: certificateCopy } = environment;
  return {
    dataFolder: resolve(home, read('data') ?? 'data'),
    port: parse('port', Port, '443', 'a port from 0 to 65535'),
    sshPort: parse('ssh-port', Port, '22', 'a port from 0 to 65535'),
    names: list(read('names')),
    policy: parse('registration', Policy, 'safe', 'safe or open'),
    proxies: networks(read('trusted-proxy')),
    ...(databaseUrl && { databaseUrl }),
    ...(listen !== undefined && { listen }),
    ...(certificate !== undefined && { certificate }),
    ...(certificateCopy && { certificateCopy: resolve(home, certificateCopy) }),
    ...(quota !== undefined && { quota: parse('quota', Quota, quota, 'a number of MiB from 1') * MEBIBYTE }),
    ...(environmentFile && { environmentFile: resolve(home, environmentFile) }),
  };
}

function reader(given: GivenOptions, environment: Environment) {
  const read = (name: OptionName): string | undefined => given[name] || environment[VARIABLES[name]] || undefined;
  return {
    read,
    parse<T>(name: OptionName, schema: z.ZodType<T>, fallback: string, expected: string): T {
      const value = read(name) ?? fallback;
      const result = schema.safeParse(value);
      if (!result.success) {
        const origin = given[name] ? `--${name}` : VARIABLES[name];
        throw new ConfigError(origin, `expected ${expected}, not ${JSON.stringify(value)}`);
      }
      return result.data;
    },
  };
}

function certificateFiles(
  certificate: string | undefined,
  key: string | undefined,
  home: string,
): CertificateFiles | undefined {
  if (certificate === undefined && key === undefined) {
    return undefined;
  }
  if (certificate === undefined || key === undefined) {
    throw new ConfigError('--cert and --key', 'expected both or neither');
  }
  return { certificate: resolve(home, certificate), key: resolve(home, key) };
}

function list(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function networks(text: string | undefined): readonly Network[] {
  try {
    return text === undefined ? [] : parseNetworks(text);
  } catch (error) {
    throw error instanceof NetworkError ? new ConfigError('--trusted-proxy', error.message) : error;
  }
}
