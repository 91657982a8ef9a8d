import type { LocalTime } from '../../tables/local-time.js';
import type { Row } from '../../tables/row.js';
import { plain, secondOf } from '../answers.js';
import type { MetricName, Revision, TargetRow, TargetVersion } from '../definitions/server.js';
import { readDelta } from './delta.js';
import type { Change, Measurement, Metric, MetricModel } from './schema.js';

const noSource = 0;
/** A whole number as Python reads one, which is what importers accept; the text itself is exported. */
const whole = /^\s*[+-]?\d+(_\d+)*\s*$/;

/** A moment in the form of version ids: UTC with its offset, fractions of a second only where there are any. */
export function isoFormat(milliseconds: number): string {
  const text = new Date(milliseconds).toISOString();
  return `${text.slice(0, 19)}${text.endsWith('.000Z') ? '' : `${text.slice(19, 23)}000`}+00:00`;
}

export function revisionOf(milliseconds: number, time: LocalTime): Revision {
  return { id: isoFormat(milliseconds), date: time.format(milliseconds / 1000) };
}

/** What a metric stands in. */
export interface MetricPlace {
  readonly subject: string;
  readonly subjectType: string;
  readonly report: string;
  /** Local time. */
  readonly reportDate: string;
}

/** The present targets of a metric, and what else tells its versions apart. */
export function targetRow(metric: Metric, model: MetricModel | undefined, place: MetricPlace): TargetRow {
  const target = targetOf(metric.target === undefined ? null : metric.target, model?.target);
  const nearTarget = targetOf(metric.near_target === undefined ? '' : metric.near_target, model?.near_target);
  const direction = metric.direction ?? model?.direction;
  const isDefault =
    (metric.comment ?? metric.debt_target ?? undefined) === undefined &&
    direction === model?.direction &&
    target === (model?.target ?? '0') &&
    nearTarget === (model?.near_target ?? '0');
  return {
    base_name: plain(metric.type),
    domain_name: place.subject,
    scale: metric.scale ?? 'count',
    number_of_sources: String(Object.keys(metric.sources ?? {}).length || noSource),
    ...(isDefault
      ? { default: '1' }
      : {
          low_target: nearTarget,
          target,
          debt_target: metric.debt_target ?? '',
          direction: directionOf(direction),
          comment: plain(metric.comment),
        }),
    report_uuid: place.report,
    report_date: place.reportDate,
    domain_type: place.subjectType,
  };
}

/** Null is what nobody has set; what somebody has emptied counts as zero. */
function targetOf(value: string | null, fallback: string | null | undefined): string {
  return (value ?? fallback ?? '0') || '0';
}

function directionOf(direction: string | null | undefined): string {
  return direction === '>' ? '1' : '-1';
}

export function metricName({ base_name: base = '', domain_name: name = '', ...row }: TargetRow): MetricName {
  return { base_name: base, domain_name: name, domain_type: row['domain_type'] ?? '', scale: row['scale'] ?? 'count' };
}

/** Fields of a row by what a changelog calls them. */
const changedFields: Readonly<Record<string, string>> = {
  target: 'target',
  near_target: 'low_target',
  debt_target: 'debt_target',
  comment: 'comment',
  scale: 'scale',
  direction: 'direction',
};

/**
 * The versions of the targets of a metric, the newest first, each as it was after a change.
 *
 * @param present the row as it is now
 * @param changes the newest first
 * @param since in milliseconds; older changes are known
 */
export function targetVersions(
  name: string,
  present: TargetRow,
  changes: readonly Change[],
  { since, time }: { readonly since: number; readonly time: LocalTime },
): readonly TargetVersion[] {
  const versions: TargetVersion[] = [];
  let row = present;
  for (const { delta: text, email, timestamp } of changes) {
    const delta = readDelta(text, (key) => writtenValue(key, row[changedFields[key] ?? '']));
    const field = changedFields[delta?.key ?? ''];
    if (delta === undefined || field === undefined || row[field] === undefined) continue;
    const second = secondOf(timestamp);
    if (second * 1000 <= since) break;
    const after = { ...row, [field]: fieldValue(delta.key, delta.new) };
    const { id, date } = revisionOf(second * 1000, time);
    versions.push({
      version: { version_id: id, commit_date: date, developer: plain(delta.user), email: email ?? '0', message: '' },
      targets: { [name]: after },
    });
    row = { ...row, [field]: fieldValue(delta.key, delta.old) };
  }
  return versions;
}

/** Changelogs have the signs that directions are shown by. */
function fieldValue(key: string, written: string): string {
  return key === 'direction' ? directionOf(written) : plain(written);
}

function writtenValue(key: string, value: string | undefined): string | undefined {
  if (key !== 'direction' || value === undefined) return value;
  return value === '1' ? '>' : '<';
}

export function defaultRow(type: string, model: MetricModel, { id, date }: Revision): Row {
  return {
    base_name: type,
    version_id: id,
    commit_date: date,
    direction: directionOf(model.direction),
    target_value: model.target ?? null,
    low_target_value: model.near_target ?? null,
    scale: model.default_scale ?? 'count',
  };
}

/** Undefined where the value is no whole number, such as a version number. */
export function measurementRow(name: string, { start, end, measured }: Measurement, time: LocalTime): Row | undefined {
  const value = measured?.value ?? '-1';
  const isWhole = typeof value === 'number' ? Number.isFinite(value) : whole.test(value);
  if (!isWhole) return undefined;
  return {
    name,
    value: String(value),
    category: measured?.status ?? 'unknown',
    date: time.format(secondOf(end)),
    since_date: time.format(secondOf(start)),
  };
}
