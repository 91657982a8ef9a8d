/** A configuration that cannot be used. Commands end with exit code 2 on it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /**
   * @param file the file, or the variable, that holds the wrong value
   * @param message what is wrong, on which section and option, and what was expected
   */
  constructor(
    readonly file: string,
    message: string,
  ) {
    super(`${file}: ${message}`);
  }
}
