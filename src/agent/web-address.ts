import type { Environment } from '../config/environment.js';
import { ConfigError } from '../config/errors.js';

/** Where the web API of the agent is. */
export interface WebAddress {
  readonly listen: string;
  /** 0 takes any free port. */
  readonly port: number;
}

/**
 * Options of the command line over AGENT_LISTEN and AGENT_PORT over 127.0.0.1:7070.
 *
 * @throws {ConfigError} where the port is none
 */
export function webAddress(
  environment: Environment,
  given: { readonly listen?: string | undefined; readonly port?: string | undefined },
): WebAddress {
  const port = given.port ?? (environment.AGENT_PORT || '7070');
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    const origin = given.port === undefined ? 'AGENT_PORT' : '--port';
    throw new ConfigError(origin, `"${port}" is not a port; expected a number up to 65535`);
  }
  return { listen: given.listen ?? (environment.AGENT_LISTEN || '127.0.0.1'), port: Number(port) };
}
