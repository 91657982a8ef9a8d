import type { Row, RowValue } from '../../tables/row.js';
import type { CastValue } from './casts.js';
import type { Change, Moment } from './changes.js';
import type { Column, Fields } from './fields.js';
import type { Issue } from './schema.js';
import { dateText } from './values.js';

/** What the versions of one run have in common. */
export interface VersionContext {
  readonly fields: Fields;
  /** Whether something is to be exported in this run. */
  readonly isNewer: (moment: Moment) => boolean;
  /** What agents have always exported wrongly is put right. */
  readonly corrections: boolean;
}

/** Values by the index of their column. */
type Values = CastValue[];

/**
 * An issue as it was after each of its changes that are new, the newest first, and as it was created if that is new.
 * What it was before a change is what the change says that it was; of all other columns, what it was after.
 */
export class Versions {
  private readonly updated: number;
  private readonly sprints: readonly number[];

  constructor(private readonly context: VersionContext) {
    const { columns } = context.fields;
    this.updated = columns.findIndex(({ name }) => name === 'updated');
    this.sprints = columns.flatMap(({ name }, index) => (name === 'sprint' ? [index] : []));
  }

  /** @param changes the oldest first */
  rows(issue: Issue, changes: readonly Change[], created: Moment): readonly Row[] {
    const { fields, isNewer } = this.context;
    const values: Values = fields.columns.map(({ read }) => read?.(issue));
    const rows: Row[] = [];
    let later: Change | undefined;
    for (const [index, change] of [...changes.entries()].reverse()) {
      if (!isNewer(change.moment)) break;
      if (later !== undefined) {
        this.undo(values, later);
        values[this.updated] = change.moment.local;
      }
      rows.push(this.row(values, change.ofChange, index + 1));
      later = change;
    }
    if (isNewer(created)) rows.push(this.creation(issue, values, later));
    return rows;
  }

  private creation(issue: Issue, values: Values, first: Change | undefined): Row {
    const { fields, corrections } = this.context;
    const sprints = this.sprints.map((index) => [index, values[index]] as const);
    if (first !== undefined) this.undo(values, first);
    // Agents have always taken the sprint of an issue that is created from the version after that.
    if (!corrections) for (const [index, sprint] of sprints) values[index] = sprint;
    values[this.updated] = dateText(issue.fields['created']) ?? 'None';
    const creator = new Map(
      fields.columns.flatMap((column, index) =>
        column.name === 'updated_by' ? [[index, column.cast(issue.fields['creator'] ?? undefined)] as const] : [],
      ),
    );
    return this.row(values, creator, 0);
  }

  private undo(values: Values, { before }: Change): void {
    for (const [index, value] of before) {
      const isCount = this.context.fields.columns[index]?.counts === true;
      values[index] = isCount ? countBefore(values[index], value) : value;
    }
  }

  private row(values: Values, ofChange: Change['ofChange'], changelog: number): Row {
    const row: Record<string, RowValue> = {};
    for (const [index, column] of this.context.fields.columns.entries()) {
      const value = exportedValue(column, ofChange.get(index), values[index]);
      if (value !== undefined) row[column.name] = value;
    }
    row['changelog_id'] = String(changelog);
    return row;
  }
}

function exportedValue(column: Column, ofChange: CastValue, value: CastValue): CastValue {
  return column.ofChange ? ofChange : value;
}

function countBefore(count: CastValue, more: CastValue): CastValue {
  return count === undefined || more === undefined ? count : String(Math.max(0, Number(count) + Number(more)));
}
