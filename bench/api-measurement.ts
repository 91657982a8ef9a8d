import { z } from 'zod';

/** What one gathering over an API took. */
export const apiMeasurementSchema = z.object({
  seconds: z.number(),
  rows: z.number(),
  /** Largest resident memory of the process. */
  peakMegabytes: z.number(),
  /** Sources that failed or are incomplete. */
  failed: z.number(),
});

export type ApiMeasurement = z.infer<typeof apiMeasurementSchema>;
