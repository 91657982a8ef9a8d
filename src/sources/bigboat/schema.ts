import { z } from 'zod';

/** Details differ from one check to the other; those that are not numbers are looked at one by one. */
const details = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => value ?? {});

/** What counts as a number: truth values too, as those of the original's language are numbers. */
export const numberSchema = z.union([z.number(), z.boolean()]);
/** Load averages by minutes. */
export const averagesSchema = z.object({ 15: numberSchema });

/** A check of the health of BigBoat, `GET /api/v2/status`. */
export const statusSchema = z.object({
  name: z.string(),
  /** What is no moment counts as none. */
  lastCheck: z.object({ ISO: z.unknown() }),
  isOk: z.unknown(),
  details,
});
export type Status = z.output<typeof statusSchema>;
