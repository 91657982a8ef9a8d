import type { Row } from '../../tables/row.js';
import type { Moment } from './changes.js';
import type { ChangeItem, ChangeSide, Issue, LinkType } from './schema.js';
import { addChanges, Spans, type Spoken } from './spans.js';
import { property, textOf } from './values.js';

/** A type of link as people read it on one of its sides. */
interface Relation {
  readonly text: string;
  readonly type: string;
  readonly outward: '1' | '-1';
}

interface LinkEnds {
  readonly from_key: string;
  readonly to_key: string;
}

/** Tells which type of link a changelog speaks of, which it names in words only. */
export class Relations {
  readonly #relations: readonly Relation[];

  constructor(types: readonly LinkType[]) {
    this.#relations = types.flatMap(({ id, inward, outward }): readonly Relation[] => [
      ...(inward ? [{ text: inward, type: id, outward: '-1' as const }] : []),
      ...(outward ? [{ text: outward, type: id, outward: '1' as const }] : []),
    ]);
  }

  /** Those with the longest name in a text, for names contain one another; several where they share it. */
  in(text: string): readonly Relation[] {
    const found = this.#relations.filter((relation) => text.includes(relation.text));
    const longest = Math.max(...found.map((relation) => relation.text.length));
    return found.filter((relation) => relation.text.length === longest);
  }
}

/** Links of an issue to others, and those that it had. */
export function linkRows(
  issue: Issue,
  items: readonly (readonly [ChangeItem, Moment])[],
  relations: Relations,
): readonly Row[] {
  const spans = new Spans();
  for (const { key, row } of currentLinks(issue)) spans.add(key, row);
  addChanges(spans, items, ({ id, text }: ChangeSide) => {
    if (id === undefined || id === '' || text === undefined) return undefined;
    const ends = { from_key: issue.key, to_key: id };
    const candidates = relations.in(text).map((relation) => linkOf(ends, relation));
    return candidates.find(({ key }) => spans.has(key)) ?? candidates.at(-1);
  });
  return spans.rows();
}

const sides = [
  ['outwardIssue', '1'],
  ['inwardIssue', '-1'],
] as const;

function currentLinks({ key, fields }: Issue): readonly Spoken[] {
  return [fields['issuelinks'] ?? []].flat().flatMap((link: unknown) => {
    const type = textOf(property(property(link, 'type'), 'id'));
    if (type === undefined) return [];
    return sides.flatMap(([side, outward]) => {
      const other = textOf(property(property(link, side), 'key'));
      return other === undefined ? [] : [linkOf({ from_key: key, to_key: other }, { type, outward })];
    });
  });
}

function linkOf(ends: LinkEnds, { type, outward }: Omit<Relation, 'text'>): Spoken {
  return { key: `${ends.to_key} ${type} ${outward}`, row: { ...ends, relationshiptype: type, outward } };
}
