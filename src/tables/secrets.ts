import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Environment } from '../config/environment.js';
import { ConfigError } from '../config/errors.js';
import { compileUsernameRules } from './usernames.js';

/** Path of the secrets: GATHERER_SECRETS_FILE, from GATHERER_HOME on. */
export function secretsFile(home: string, environment: Environment): string {
  return resolve(home, environment['GATHERER_SECRETS_FILE'] || 'secrets.json');
}

/** A rule that rewrites user names before they are made pseudonymous; patterns are Python regular expressions. */
const usernameRuleSchema = z.object({
  prefix: z.string(),
  pattern: z.string().exactOptional(),
  replace: z.string().exactOptional(),
  mutate: z.string().exactOptional(),
});

/** `secrets.json` as the controller hands it out at registration. Unknown fields are dropped. */
export const secretsSchema = z.object({
  salts: z.object({ salt: z.string(), pepper: z.string() }),
  usernames: z.array(usernameRuleSchema).max(1000).default([]),
});

export type UsernameRule = Readonly<z.output<typeof usernameRuleSchema>>;
export interface Secrets {
  readonly salts: { readonly salt: string; readonly pepper: string };
  readonly usernames: readonly UsernameRule[];
}

/**
 * Checks secrets that come from a file or from the controller, with the patterns of their rules.
 *
 * @param origin the file or URL that errors name
 * @throws {ConfigError} without any value of the secrets in its message
 */
export function parseSecrets(text: string, origin: string): Secrets {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ConfigError(origin, 'is not JSON; remove it and run generate-key to get it from the controller again');
  }
  const result = secretsSchema.safeParse(value);
  if (!result.success) {
    const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'document'}: ${issue.message}`);
    throw new ConfigError(origin, `does not hold secrets: ${problems.join('; ')}; remove it and run generate-key`);
  }
  try {
    compileUsernameRules(result.data.usernames);
  } catch (error) {
    throw new ConfigError(origin, error instanceof Error ? error.message : String(error));
  }
  return result.data;
}

/**
 * Reads `secrets.json`; undefined where there is no such file.
 *
 * @throws {ConfigError} where it cannot be read or is malformed
 */
export async function loadSecrets(file: string): Promise<Secrets | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return undefined;
    }
    throw new ConfigError(file, `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return parseSecrets(text, file);
}
