import { z } from 'zod';
import { moment } from '../answers.js';

const paging = z.object({ pageSize: z.number().positive(), total: z.number() });
export type Paging = z.output<typeof paging>;

export const pagingSchema = z.object({ paging }).transform((body) => body.paging);

/** Of lists that tell their pages in the answer itself. */
export const rootPagingSchema = z
  .object({ ps: z.number().positive(), total: z.number() })
  .transform(({ ps, total }): Paging => ({ pageSize: ps, total }));

export const componentSchema = z.object({ key: z.string().min(1), name: z.string().optional() });
export type Component = z.output<typeof componentSchema>;

export const organizationsSchema = z.object({
  organizations: z.array(z.object({ name: z.string() })).optional(),
});

/** The DevOps platform that a component is bound to; null or absent where there is none. */
export const navigationSchema = z.object({
  name: z.string().optional(),
  alm: z.object({ key: z.string(), url: z.string() }).nullish().catch(undefined),
});

export const metricSchema = z.object({
  key: z.string().min(1),
  type: z.string().default('INT'),
  direction: z.number().optional(),
  qualitative: z.boolean().default(false),
  hidden: z.boolean().default(false),
});
export type Metric = z.output<typeof metricSchema>;

export const projectGateSchema = z.object({ qualityGate: z.object({ name: z.string(), default: z.boolean() }) });

export const gateSchema = z.object({ conditions: z.array(z.unknown()).default([]) });

export const conditionSchema = z.object({ metric: z.string(), error: z.string() });
export type Condition = z.output<typeof conditionSchema>;

export const analysisSchema = z.object({ date: moment, value: z.string().optional() });
export type Analysis = z.output<typeof analysisSchema>;

export const measureSchema = z.object({ metric: z.string(), history: z.array(z.unknown()) });
