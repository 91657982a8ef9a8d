import type { Row, RowValue } from '../../tables/row.js';
import { type Moment, momentOf } from './changes.js';
import type { Fields } from './fields.js';
import type { FieldMapping } from './mapping.js';
import type { ChangeItem, Issue, JiraComponent } from './schema.js';
import { componentSchema } from './schema.js';
import { addChanges, Spans } from './spans.js';
import { isObject, plain, property, textOf } from './values.js';

const unknown = '0';

/** A row of the table of components. */
export function componentRow({ id, name, description }: JiraComponent): Row {
  return {
    id,
    name: plain(name),
    description: description === null || description === undefined ? unknown : plain(description),
  };
}

/** The components that an issue has, as far as they are well-formed. */
export function componentsOf({ fields }: Issue): readonly JiraComponent[] {
  return [fields['components'] ?? []].flat().flatMap((value: unknown) => componentSchema.safeParse(value).data ?? []);
}

/** Components of an issue, and those that it had. */
export function issueComponentRows(issue: Issue, items: readonly (readonly [ChangeItem, Moment])[]): readonly Row[] {
  const spans = new Spans();
  const spoken = (component: string) => ({ key: component, row: { issue_id: issue.id, component_id: component } });
  for (const { id } of componentsOf(issue)) spans.add(id, spoken(id).row);
  addChanges(spans, items, ({ id }) => (id === undefined || id === '' ? undefined : spoken(id)));
  return spans.rows();
}

export function subtaskRows({ id, fields }: Issue): readonly Row[] {
  return [fields['subtasks'] ?? []].flat().flatMap((subtask: unknown) => {
    const other = textOf(property(subtask, 'id'));
    return other === undefined ? [] : [{ from_id: id, to_id: other }];
  });
}

/**
 * A comment with the columns that the mapping has for comments.
 *
 * @returns undefined where none of its dates is new
 */
export function commentRow(
  issue: Issue,
  comment: unknown,
  { mapping, fields, isNewer }: CommentContext,
): Row | undefined {
  if (!isObject(comment)) return undefined;
  const { table, fields: names } = mapping;
  const row: Record<string, RowValue> = {};
  let isNew = false;
  for (const [column, types] of Object.entries(typeof table === 'object' ? table : {})) {
    const value = property(comment, names[column] ?? column) ?? undefined;
    row[column] = fields.cast(types, value) ?? unknown;
    isNew ||= types.includes('date') && typeof value === 'string' && isNewer(momentOf(value));
  }
  return isNew ? { ...row, issue_id: issue.id } : undefined;
}

export interface CommentContext {
  readonly mapping: FieldMapping;
  readonly fields: Fields;
  readonly isNewer: (moment: Moment) => boolean;
}
