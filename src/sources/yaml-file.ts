import { z } from 'zod';
import { ConfigError } from '../config/errors.js';
import { readTextFile } from '../config/text-file.js';

/** Characters of a configuration; more is a mistake. */
const longest = 1024 * 1024;

/** @throws {ConfigError} where there is no such file, or it is not as the schema says */
export async function readYaml<Value>(file: string, schema: z.ZodType<Value>): Promise<Value> {
  const text = readTextFile(file);
  if (text === undefined) throw new ConfigError(file, 'there is no such file');
  if (text.length > longest) throw new ConfigError(file, 'is larger than 1 MB');
  const parsed = schema.safeParse(await parseYaml(file, text));
  if (parsed.success) return parsed.data;
  throw new ConfigError(file, z.prettifyError(parsed.error));
}

async function parseYaml(file: string, text: string): Promise<unknown> {
  const { parse, YAMLError } = await import('yaml');
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof YAMLError || error instanceof ReferenceError) {
      throw new ConfigError(file, `is no YAML: ${error.message}`);
    }
    throw error;
  }
}
