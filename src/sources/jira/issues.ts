import type { Logger } from '../../log/logger.js';
import type { TableDefinition, TableRow } from '../../tables/definition.js';
import type { Row } from '../../tables/row.js';
import { itemsOf, type Moment, momentOf, readChanges, readEntries } from './changes.js';
import type { Fields } from './fields.js';
import { linkRows, type Relations } from './links.js';
import { commentRow, componentRow, componentsOf, issueComponentRows, subtaskRows } from './lists.js';
import type { FieldMapping, JiraMapping, SpecialName } from './mapping.js';
import type { RowSink } from './row-sink.js';
import { commentsSchema, type Issue } from './schema.js';
import type { JiraTables } from './tables.js';
import type { UserKeys } from './user-keys.js';
import { Versions } from './versions.js';

/** What the issues of one run have in common. */
export interface IssueContext {
  readonly mapping: JiraMapping;
  readonly tables: JiraTables;
  readonly fields: Fields;
  readonly sink: RowSink;
  readonly relations: Relations;
  readonly userKeys: UserKeys;
  readonly isNewer: (moment: Moment) => boolean;
  readonly corrections: boolean;
  readonly log: Logger;
}

type Entries = ReturnType<typeof readEntries>;

/** Turns issues into rows of all tables. */
export class IssueReader {
  private readonly versions: Versions;
  private readonly lists: ReadonlyMap<SpecialName, FieldMapping>;

  constructor(private readonly context: IssueContext) {
    this.versions = new Versions(context);
    this.lists = new Map(
      context.mapping.fields.flatMap((field) => (field.special === undefined ? [] : [[field.special, field] as const])),
    );
  }

  /** Whether the comments of issues are wanted. */
  get wantsComments(): boolean {
    return this.lists.has('comment');
  }

  /** @param issue with all entries of its changelog and all comments */
  async rows(issue: Issue): Promise<readonly TableRow[]> {
    const { fields, tables, userKeys, log, sink } = this.context;
    const entries = readEntries(issue, log);
    await userKeys.learn(entries, fields);
    const created = momentOf(String(issue.fields['created'] ?? ''));
    const versions = this.versions.rows(issue, readChanges(entries, fields), created);
    const rows = [...versions.map((row) => ({ table: tables.issue, row })), ...this.listRows(issue, entries)];
    return [...sink.take(), ...rows];
  }

  private listRows(issue: Issue, entries: Entries): readonly TableRow[] {
    const { relations } = this.context;
    const changes = (name: SpecialName) => itemsOf(entries, this.lists.get(name)?.changelog_name ?? '');
    for (const component of this.lists.has('components') ? componentsOf(issue) : []) this.addComponent(component);
    return [
      ...this.of('comment', () => this.commentRows(issue)),
      ...this.of('components', () => issueComponentRows(issue, changes('components'))),
      ...this.of('issuelinks', () => linkRows(issue, changes('issuelinks'), relations)),
      ...this.of('subtasks', () => subtaskRows(issue)),
    ];
  }

  private of(name: SpecialName, read: () => readonly Row[]): readonly TableRow[] {
    const table: TableDefinition | undefined = this.lists.has(name) ? this.context.tables.ofField(name) : undefined;
    return table === undefined ? [] : read().map((row) => ({ table, row }));
  }

  private addComponent(component: Parameters<typeof componentRow>[0]): void {
    const { sink, tables } = this.context;
    sink.add(tables.component, component.id, () => componentRow(component));
  }

  private commentRows(issue: Issue): readonly Row[] {
    const mapping = this.lists.get('comment');
    const { data } = commentsSchema.safeParse(issue.fields['comment']);
    if (mapping === undefined || data === undefined) return [];
    const context = { ...this.context, mapping };
    return data.comments.map((comment) => commentRow(issue, comment, context)).filter((row) => row !== undefined);
  }
}
