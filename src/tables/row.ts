import { z } from 'zod';

/** Nearly all values are text, as the importer of the original expects; a few fields of the contract are not. */
export type RowValue = string | number | boolean | null | readonly (string | null)[];

/** A record of an exported table. */
export type Row = Readonly<Record<string, RowValue>>;

export const rowValueSchema: z.ZodType<RowValue> = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.union([z.string(), z.null()])),
]);

/** A row of any table, whatever its fields. */
export const anyRowSchema: z.ZodType<Row> = z.record(z.string(), rowValueSchema);
