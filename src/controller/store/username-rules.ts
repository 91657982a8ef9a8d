import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../../config/errors.js';
import type { UsernameRule } from './store.js';

/** The name that the file has among the drop-ins of the original. */
const FILE = join('import', 'data_vcsdev_to_dev.json');

/** Entries without a prefix link one developer to another, and are nothing for agents. */
const Entry = z.object({
  prefix: z.string().optional(),
  pattern: z.string().optional(),
  replace: z.string().optional(),
  mutate: z.string().optional(),
  projects: z.array(z.string()).optional(),
});

/**
 * Rules of `<dataFolder>/import/data_vcsdev_to_dev.json` that name the project in their `projects`; none where there is
 * no such file. Read on each call, so that an operator changes it without a restart.
 * @throws ConfigError where the file is not what the schema vcsdev_to_dev.json says
 */
export async function readUsernameRules(dataFolder: string, project: string): Promise<readonly UsernameRule[]> {
  const file = join(dataFolder, FILE);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return '[]';
    }
    throw error;
  });
  return parseEntries(file, text).flatMap(({ projects, prefix, ...rule }) =>
    prefix !== undefined && projects?.includes(project) ? [{ prefix, ...definedOnly(rule) }] : [],
  );
}

function parseEntries(file: string, text: string): readonly z.infer<typeof Entry>[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ConfigError(file, `is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const result = z.array(Entry).safeParse(json);
  if (!result.success) {
    throw new ConfigError(file, z.prettifyError(result.error));
  }
  return result.data;
}

function definedOnly(rule: {
  pattern?: string | undefined;
  replace?: string | undefined;
  mutate?: string | undefined;
}): Omit<UsernameRule, 'prefix'> {
  return {
    ...(rule.pattern !== undefined && { pattern: rule.pattern }),
    ...(rule.replace !== undefined && { replace: rule.replace }),
    ...(rule.mutate !== undefined && { mutate: rule.mutate }),
  };
}
