import { z } from 'zod';

/** What one run took, with all its processes. */
export const measurementSchema = z.object({
  commits: z.number(),
  rows: z.number(),
  seconds: z.number(),
  /** Processor time; undefined where the system does not tell. */
  cpuSeconds: z.number().optional(),
  /** Largest resident memory of the process of Node.js. */
  peakMegabytes: z.number(),
});

export type Measurement = z.infer<typeof measurementSchema>;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle) - 1] ?? Number.NaN)) / 2;
}
