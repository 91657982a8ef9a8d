/**
 * Environment variables in force for one run: command line over process environment over env files. Handed down as a
 * value so that a daemon can read its files again before each scrape without touching `process.env`.
 */
export type Environment = Readonly<Record<string, string | undefined>>;
