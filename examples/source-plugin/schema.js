import { z } from 'zod';

/** What the list must be, and of a deployment the fields that are used. */
export const listSchema = z.array(z.unknown());
export const deploymentSchema = z.object({
  application: z.string(),
  version: z.string(),
  environment: z.string(),
  deployed_by: z.string(),
  deployed_at: z.iso.datetime(),
});
