import { z } from 'zod';

/** Moment of the newest item that was exported, by source; sources without any have one of the year 1. */
export const trackedMoments = z
  .record(z.string(), z.string().regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$/))
  .describe('The moment of the newest item that was exported, by source.');
