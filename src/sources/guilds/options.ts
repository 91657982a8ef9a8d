import path from 'node:path';
import { z } from 'zod';
import { readYaml } from '../yaml-file.js';

/** A name, which YAML may take for a number. */
const text = z.union([z.string(), z.number().transform(String)]);
const fieldName = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/);
/** Fields that a row has anyway. */
const reserved = ['date', 'encrypted'];

/** Part of the date: the date itself, the number of the week, or the day of the week (0 is Sunday). */
const datePart = z.object({
  type: z.enum(['date', 'week', 'weekday']),
  /** What the part is where the cell is not empty. */
  value: z.coerce.number().int().min(0).max(53).optional(),
});
const person = z.object({ type: fieldName, person: z.literal(true) });

const column = z.union([
  fieldName.transform((type) => ({ type, person: false }) as const),
  datePart.transform((part) => ({ part })),
  person,
]);

const configurationSchema = z
  .object({
    columns: z.record(z.string(), column),
    placeholders: z.record(z.string(), z.array(text)).nullish(),
  })
  .refine(({ columns }) => Object.values(columns).every((known) => 'part' in known || !reserved.includes(known.type)), {
    error: `a column cannot be called ${reserved.join(' or ')}; for a part of the date write {type: date}`,
  });

/** A column that is a field of its own. */
export interface FieldColumn {
  readonly type: string;
  /** What it holds becomes a pseudonym. */
  readonly person: boolean;
}

/** A column that is a part of the date. */
export interface DateColumn {
  readonly part: z.output<typeof datePart>;
}

/** How the workbook is to be read. */
export interface GuildsConfiguration {
  /** By what the column is headed. */
  readonly columns: ReadonlyMap<string, FieldColumn | DateColumn>;
  /** By field, texts that stand for nothing: who has one of them in the cell leaves it empty. */
  readonly placeholders: ReadonlyMap<string, readonly string[]>;
}

/** @throws {ConfigError} where `guilds.yml` is not there, or is wrong */
export async function readConfiguration(home: string): Promise<GuildsConfiguration> {
  const { columns, placeholders } = await readYaml(path.resolve(home, 'guilds.yml'), configurationSchema);
  return {
    columns: new Map(Object.entries(columns)),
    placeholders: new Map(Object.entries(placeholders ?? {})),
  };
}
