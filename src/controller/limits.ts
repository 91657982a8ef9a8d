/** Bounds of what callers may ask of the web server. */

/** Agents send a key, a log record or a list of names; a body that is larger is none of theirs. */
export const MAX_BODY_BYTES = 1024 * 1024;

export const MAX_CONNECTIONS = 1024;
export const MAX_CONNECTIONS_PER_ADDRESS = 128;
export const MAX_REQUESTS_PER_ADDRESS = 32;

/** Milliseconds. */
export interface TimeLimits {
  readonly handshake: number;
  readonly headers: number;
  readonly request: number;
  readonly idle: number;
}

export const timeLimits: TimeLimits = { handshake: 10_000, headers: 10_000, request: 60_000, idle: 10_000 };
