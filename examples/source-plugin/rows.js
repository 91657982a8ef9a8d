import { defineTable } from 'data-gathering/source';
import { z } from 'zod';

const text = z.string().max(255);

/** The exported table, `data_deployment.json`. Who deployed leaves the agent as a pseudonym. */
export const deployment = defineTable({
  name: 'deployment',
  description: 'A version of an application that was deployed to an environment.',
  required: {
    source: text,
    application: text,
    version: text,
    environment: text,
    deployed_by: z.string().max(64),
    deployed_at: z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
  },
  key: ['application', 'environment', 'deployed_at'],
  encrypt: ['deployed_by'],
});

/** A row of the table from an upstream deployment. */
export function rowOf({ application, version, environment, deployed_by, deployed_at }, { name }) {
  return {
    source: name,
    application,
    version,
    environment,
    deployed_by,
    deployed_at: deployed_at.slice(0, 19).replace('T', ' '),
  };
}
