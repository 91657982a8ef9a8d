/** Why something over SSH did not work. */
export type SshFailure =
  | 'dns'
  | 'refused'
  | 'unreachable'
  | 'timeout'
  | 'cut'
  | 'aborted'
  | 'protocol'
  | 'authentication'
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'key'
  | 'command-refused'
  | 'remote-folder'
  | 'remote-permission'
  | 'remote-disk-full'
  | 'remote-quota'
  | 'remote'
  | 'local-disk-full'
  | 'local'
  | 'too-large';

/** A connection or transfer that failed; the message says with whom, on which file, and what to do about it. */
export class SshError extends Error {
  override readonly name: string = 'SshError';

  constructor(
    readonly failure: SshFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** `code` of a system error, such as ENOENT. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
