import { z } from 'zod';
import { defineDocument, defineTable, defineTracker } from './define.js';
import { decimal, developer, email, flag, moment, text } from './fields.js';
import { sourceEntry } from './source-entry.js';

const metricName = text(100);
const scale = z.enum(['count', 'percentage', 'version_number', 'duration', 'rating']);
const direction = z.enum(['-1', '1']);
/** Commit hash, or a moment with offset: Quality-time writes `+00:00`, SonarQube `+0000`. */
const revision = z
  .string()
  .regex(/^([a-f0-9]{1,100}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}(Z|[+-][0-9]{2}:?[0-9]{2}))$/);
const target = z.union([decimal, z.literal(''), z.null()]);
/** What Python reads as a number, blanks and signs included. */
const value = z.string().regex(/^\s*[+-]?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?\s*$/);

const metric = { base_name: metricName, domain_name: text(100), domain_type: text(32) };

export const metrics = defineTable({
  name: 'metrics',
  description: 'A measurement of a metric.',
  required: { name: metricName, value, category: text(100), date: moment },
  optional: { ...metric, since_date: moment },
});

export const metricDefaults = defineTable({
  name: 'metric_defaults',
  description: 'The targets of a metric where a project has none of its own.',
  required: { base_name: metricName, version_id: revision, commit_date: moment },
  optional: { direction, perfect_value: decimal, target_value: target, low_target_value: target, scale },
});

export const metricTargets = defineTable({
  name: 'metric_targets',
  description: 'The targets of a metric of the project since a version.',
  required: { name: metricName, revision },
  optional: {
    ...metric,
    scale,
    target,
    low_target: target,
    debt_target: target,
    comment: text(),
    default: flag,
    direction,
  },
  freeText: ['comment'],
});

export const metricVersions = defineTable({
  name: 'metric_versions',
  description: 'A change of the definition of metrics.',
  required: { version_id: revision, commit_date: moment },
  optional: { message: text(), developer, email },
  key: ['version_id'],
  encrypt: ['developer', 'email'],
  marksClearText: false,
  freeText: ['message'],
});

export const metricNames = defineDocument(
  'metric_names.json',
  z
    .record(z.string(), z.union([z.looseObject({ ...optionalFields(metric), scale: scale.exactOptional() }), z.null()]))
    .describe('The metrics that were seen, by name.'),
);

const update = z.looseObject({
  sources: z.array(sourceEntry),
  versions: z.record(z.string(), revision).exactOptional(),
});
const noTargets = update.extend({ targets: z.null().exactOptional() });
const targets = z.record(z.string(), z.record(z.string(), z.union([z.string(), z.null()])));

export const metricDefaultsUpdate = defineTracker('metric_defaults_update.json', update);
export const metricOptionsUpdate = defineTracker(
  'metric_options_update.json',
  update.extend({ targets: targets.exactOptional() }),
);
export const projectSourcesUpdate = defineTracker('project_sources_update.json', noTargets);
export const projectMetaUpdate = defineTracker('project_meta_update.json', noTargets);
export const measurementsUpdate = defineTracker('measurements_update.json', update);

function optionalFields(fields: Readonly<Record<string, z.ZodType<string>>>) {
  return Object.fromEntries(Object.entries(fields).map(([field, type]) => [field, type.exactOptional()]));
}
