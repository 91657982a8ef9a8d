/** `settings.cfg`, checked against its schema. Falsy values are undefined. */
export interface Settings {
  readonly file: string;
  /** A setting as text, or undefined where it is absent or falsy. Section as written, option in any case. */
  get(section: string, option: string): string | undefined;
  /** All options of a section (`projects`, `network`, ...) in file order, with names in lower case and values as written. */
  section(name: string): ReadonlyMap<string, string>;
  /** Keys of `[projects]`, upper-cased, in file order. */
  readonly projects: readonly string[];
  /** First key of `[projects]`; a ConfigError where there is none. */
  readonly agentKey: string;
}
