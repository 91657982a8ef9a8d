import { z } from 'zod';
import { moment } from '../answers.js';

/** What is asked for as text may be a number or a flag. */
const text = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]).nullish();

/** Parts of a report that are no mapping are left out, as the page of Quality-time does. */
const mapping = z.record(z.string(), z.unknown()).nullish().catch(undefined);

export const reportsSchema = z.object({ reports: z.array(z.unknown()) });

export const reportSchema = z.object({
  report_uuid: z.string().default(''),
  title: z.string().nullish(),
  timestamp: moment.optional(),
  subjects: mapping,
});
export type Report = z.output<typeof reportSchema>;

export const subjectSchema = z.object({ name: text, type: text, metrics: mapping });
export type Subject = z.output<typeof subjectSchema>;

export const metricSchema = z.object({
  type: text,
  scale: text,
  direction: text,
  target: text,
  near_target: text,
  debt_target: text,
  comment: text,
  sources: mapping,
});
export type Metric = z.output<typeof metricSchema>;

export const sourceSchema = z.object({ type: text, parameters: mapping });
export type MetricSource = z.output<typeof sourceSchema>;

export const dataModelSchema = z.object({ timestamp: moment.optional(), metrics: mapping });

export const metricModelSchema = z.object({
  direction: text,
  target: text,
  near_target: text,
  default_scale: text,
});
export type MetricModel = z.output<typeof metricModelSchema>;

export const changelogSchema = z.object({ changelog: z.array(z.unknown()) });

export const changeSchema = z.object({
  delta: z.string().default(''),
  email: z.string().nullish(),
  timestamp: moment,
});
export type Change = z.output<typeof changeSchema>;

export const measurementsSchema = z.object({ measurements: z.array(z.unknown()) });

const measuredSchema = z.object({ value: z.union([z.string(), z.number()]).nullish(), status: text });

/** A measurement as one scale has it. @param scale the others are not looked at */
export function measurementSchema(scale: string) {
  return z
    .looseObject({ start: moment, end: moment })
    .transform(({ start, end, ...scales }) => ({ start, end, measured: measuredSchema.safeParse(scales[scale]).data }));
}
export type Measurement = z.output<ReturnType<typeof measurementSchema>>;

export const serverSchema = z.object({ version: z.string() });
