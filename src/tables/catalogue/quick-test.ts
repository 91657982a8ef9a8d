import { z } from 'zod';

/** A test much faster than a schema: what it passes, the schema accepts. What it does not pass may be fit all the same. */
export type QuickTest<Value> = (value: Value) => boolean;

const known = new WeakMap<z.ZodType, QuickTest<unknown>>();

/** Gives the schema of a field a quick test, and returns it. */
export function withQuickTest<Schema extends z.ZodType>(schema: Schema, test: QuickTest<unknown>): Schema {
  known.set(schema, test);
  return schema;
}

/** The quick test of the schema of a field; undefined where it has none. */
export function quickTestOf(schema: z.ZodType): QuickTest<unknown> | undefined {
  const test = known.get(schema);
  if (test !== undefined || !(schema instanceof z.ZodEnum)) return test;
  const values = new Set<unknown>(schema.options);
  return (value) => values.has(value);
}
