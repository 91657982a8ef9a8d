import { metricTargets, metricVersions } from '../../tables/catalogue/quality.js';
import type { TableRow } from '../../tables/definition.js';
import type { TargetRow, TargetVersion } from './server.js';

/** Fields that tell where targets are from, but are no part of them. */
const keptBack: readonly string[] = ['report_uuid', 'report_date'];

type Targets = Readonly<Record<string, TargetRow>>;

/**
 * Rows of those versions that differ from the one before, and of the targets that are new in them.
 *
 * @param previous targets of the last version of an earlier run
 * @returns targets of the last version
 */
export function* versionRows(versions: readonly TargetVersion[], previous: Targets): Generator<TableRow, Targets> {
  let before = previous;
  for (const { version, targets } of versions) {
    if (isSame(targets, before)) continue;
    yield { table: metricVersions, row: version };
    for (const [name, target] of Object.entries(targets)) {
      const known = Object.hasOwn(before, name) ? before[name] : undefined;
      if (known !== undefined && isSameRow(target, known)) continue;
      const kept = Object.entries(target).filter(([field]) => !keptBack.includes(field));
      yield { table: metricTargets, row: { ...Object.fromEntries(kept), name, revision: version['version_id'] ?? '' } };
    }
    before = targets;
  }
  return before;
}

function isSame(left: Targets, right: Targets): boolean {
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => {
    const [one, other] = [left[name], Object.hasOwn(right, name) ? right[name] : undefined];
    return one !== undefined && other !== undefined && isSameRow(one, other);
  });
}

function isSameRow(left: TargetRow, right: TargetRow): boolean {
  const fields = Object.keys(left);
  return fields.length === Object.keys(right).length && fields.every((field) => left[field] === right[field]);
}
