import { z } from 'zod';

/** Answer of `/status`. */
export const statusSchema = z.object({ ok: z.boolean(), message: z.string() });

/** Answer of `/scrape` where the scrape has started. */
export const startedSchema = z.object({ ok: z.literal(true) });

/** Answer of any request that failed. */
export const errorSchema = z.object({
  ok: z.literal(false),
  error: z.object({
    /** Code and reason, e.g. `400 Bad Request`. */
    status: z.string(),
    message: z.string(),
    /** Only with --debug. */
    traceback: z.string().nullable(),
  }),
  /** Versions of components; only with --debug. */
  version: z.record(z.string(), z.string()),
});

export const healthSchema = z.object({ ok: z.literal(true), version: z.string() });
