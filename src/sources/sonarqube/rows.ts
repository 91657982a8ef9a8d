import type { LocalTime } from '../../tables/local-time.js';
import { parseFloatText } from '../../tables/python-float.js';
import type { Row } from '../../tables/row.js';
import { secondOf } from '../answers.js';
import type { MetricName, Revision, TargetRow } from '../definitions/server.js';
import type { Analysis, Condition, Metric } from './schema.js';

/** What the type of a metric says about its values; other types have no scale of ours. */
const scales: ReadonlyMap<string, TargetRow> = new Map<string, TargetRow>([
  ['INT', { scale: 'count' }],
  ['PERCENT', { scale: 'percentage' }],
  ['WORK_DUR', { scale: 'duration', direction: '-1', perfect_value: '0' }],
  ['RATING', { scale: 'rating', direction: '-1', perfect_value: '1' }],
]);

/** A metric has a name of its own for each component. */
export function metricNameOf(metric: string, component: string): string {
  return `${metric}_${component}`;
}

/** Seconds since 1970 as a version: local time with its offset. */
export function revisionOf(second: number, time: LocalTime): Revision {
  const date = time.format(second);
  const ahead = Math.round(Date.parse(`${date.replace(' ', 'T')}Z`) / 60_000 - Math.floor(second) / 60);
  const [hours, minutes] = [Math.trunc(Math.abs(ahead) / 60), Math.abs(ahead) % 60].map((n) =>
    String(n).padStart(2, '0'),
  );
  return { id: `${date.replace(' ', 'T')}${ahead < 0 ? '-' : '+'}${hours}${minutes}`, date };
}

/** What servers have as a metric, for all components; they do not keep versions of it. */
export function defaultRow({ key, direction, type }: Metric, { id, date }: Revision): TargetRow {
  return {
    base_name: key,
    direction: direction === 1 ? '1' : '-1',
    ...scales.get(type),
    version_id: id,
    commit_date: date,
  };
}

/** The target of a metric for a component, by the quality gate of that, if it has one of its own. */
export function targetRow(metric: TargetRow, component: string, gate: readonly Condition[]): TargetRow {
  const condition = gate.findLast((one) => one.metric === metric['base_name']);
  const target: TargetRow = condition === undefined ? { default: '1' } : { target: condition.error };
  return { ...metric, ...target, domain_name: component };
}

export function metricName({ base_name: base = '', scale = 'count' }: TargetRow, component: string): MetricName {
  return { base_name: base, domain_name: component, domain_type: '', scale };
}

/** Undefined where the value is no number, as of metrics that are texts. */
export function measurementRow(
  metric: string,
  component: string,
  { date, value = '' }: Analysis,
  time: LocalTime,
): Row | undefined {
  if (parseFloatText(value) === undefined) return undefined;
  const name = metricNameOf(metric, component);
  return { name, base_name: metric, domain_name: component, value, category: 'grey', date: dateOf(date, time) };
}

/** A date of UTC stays as the server writes it, which is how agents have always exported it, whatever their clock is. */
function dateOf(date: string, time: LocalTime): string {
  return /(?:\+00:?00|Z)$/.test(date) ? date.slice(0, 19).replace('T', ' ') : time.format(secondOf(date));
}
