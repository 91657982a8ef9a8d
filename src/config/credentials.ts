/** `credentials.cfg`: one section per host (`host` or `host:port`). */
export interface Credentials {
  readonly file: string;
  /** An option of a host, or undefined where it is absent or falsy. */
  get(host: string, option: string): string | undefined;
  /** Names of the sections in file order. */
  readonly hosts: readonly string[];
}
