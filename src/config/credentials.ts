/** `credentials.cfg`: one section per host (`host` or `host:port`). */
export interface Credentials {
  readonly file: string;
  /** An option of a host, or undefined where it is absent or falsy. */
  get(host: string, option: string): string | undefined;
  /** Whether a host has the option at all, be it falsy: a falsy `username` leaves that of the URL in force. */
  has(host: string, option: string): boolean;
  /** Names of the sections in file order. */
  readonly hosts: readonly string[];
}
