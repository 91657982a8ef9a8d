import { describe, expect, it } from 'vitest';
import { type Moment, momentOf } from '../../../../src/sources/jira/changes.js';
import { documentText } from '../../../../src/sources/jira/document-text.js';
import { linkRows, Relations } from '../../../../src/sources/jira/links.js';
import { parseMapping } from '../../../../src/sources/jira/mapping.js';
import type { ChangeItem, Issue } from '../../../../src/sources/jira/schema.js';
import { nextTracker, Since } from '../../../../src/sources/jira/since.js';
import { LocalTime } from '../../../../src/tables/local-time.js';

describe('Links in changelogs', () => {
  const relations = new Relations([
    { id: '1', name: 'Blocks', inward: 'is blocked by', outward: 'blocks' },
    { id: '2', name: 'Gate', inward: 'is gated by', outward: 'blocks gate of' },
    { id: '3', name: 'Relates', inward: 'relates to', outward: 'relates to' },
    { id: '4', name: 'Twin', inward: 'mirrors', outward: 'relates to' },
  ]);
  const none = { id: undefined, text: undefined };
  const at = (day: number): Moment => momentOf(`2024-01-0${day}T00:00:00.000Z`);
  const come = (id: string, text: string): ChangeItem => ({ field: 'Link', from: none, to: { id, text } });
  const gone = (id: string, text: string): ChangeItem => ({ field: 'Link', from: { id, text }, to: none });
  const links = (fields: Issue['fields'], ...items: (readonly [ChangeItem, Moment])[]) =>
    linkRows({ id: '1', key: 'A-1', fields }, items, relations).map((row) => Object.values(row).join(' '));
  const linked = (type: string, side: string, key: string) => ({ type: { id: type }, [side]: { key } });

  it('are of the type with the longest name', () => {
    const fields = { issuelinks: [linked('1', 'outwardIssue', 'A-3'), linked('2', 'outwardIssue', 'A-3')] };
    expect(
      links(
        fields,
        [come('A-3', 'This issue blocks gate of A-3'), at(1)],
        [come('A-3', 'This issue blocks A-3'), at(2)],
      ),
    ).toEqual(['A-1 A-3 1 1 2024-01-02 00:00:00 0', 'A-1 A-3 2 1 2024-01-01 00:00:00 0']);
  });

  it('are those that there are, where types share a name', () => {
    const fields = { issuelinks: [linked('3', 'inwardIssue', 'A-6')] };
    expect(links(fields, [come('A-6', 'This issue relates to A-6'), at(1)])).toEqual([
      'A-1 A-6 3 -1 2024-01-01 00:00:00 0',
    ]);
  });

  it('keep the first beginning and the last end', () => {
    const text = 'This issue blocks A-2';
    expect(
      links(
        {},
        [come('A-2', text), at(1)],
        [gone('A-2', text), at(2)],
        [come('A-2', text), at(3)],
        [gone('A-2', text), at(4)],
      ),
    ).toEqual(['A-1 A-2 1 1 2024-01-01 00:00:00 2024-01-04 00:00:00']);
  });

  it('are none where no type has the text', () => {
    expect(links({}, [come('A-2', 'Dieser Vorgang blockiert A-2'), at(1)], [come('A-3', ''), at(1)])).toEqual([]);
  });
});

describe('Rich text', () => {
  const text = (value: string) => ({ type: 'text', text: value });
  const paragraph = (...content: unknown[]) => ({ type: 'paragraph', content });
  const doc = (...content: unknown[]) => documentText({ type: 'doc', version: 1, content });

  it('is a line for each paragraph', () => {
    expect(doc(paragraph(text('One '), text('line')), paragraph(), paragraph(text('Two')))).toBe('One line\n\nTwo');
  });

  it('has lists, mentions and tables', () => {
    const item = (value: string) => ({ type: 'listItem', content: [paragraph(text(value))] });
    const mention = { type: 'mention', attrs: { id: '1', text: '@Kim' } };
    const row = {
      type: 'tableRow',
      content: ['a', 'b'].map((value) => ({ type: 'tableCell', content: [paragraph(text(value))] })),
    };
    expect(doc({ type: 'bulletList', content: [item('x'), item('y')] })).toBe('* x\n* y');
    expect(doc({ type: 'orderedList', content: [item('x'), item('y')] })).toBe('1. x\n2. y');
    expect(doc(paragraph(text('Ask '), mention, { type: 'hardBreak' }, text('now')))).toBe('Ask @Kim\nnow');
    expect(doc({ type: 'table', content: [row] })).toBe('a | b');
  });

  it('may be malformed or bottomless', () => {
    let deep: unknown = paragraph(text('bottom'));
    for (let depth = 0; depth < 20_000; depth += 1) deep = { type: 'panel', content: [deep] };
    expect(doc(null, 3, { type: 5 }, deep)).not.toContain('bottom');
  });
});

describe('The moment since when things are new', () => {
  const amsterdam = new LocalTime('Europe/Amsterdam');
  const server = { version: '9', serverTime: '2024-10-27T03:00:00.000+0100' };

  it('is told to Jira by the clock of the user', () => {
    const since = new Since('2024-06-01 12:00', amsterdam, 'test');
    expect(since.inQuery({ timeZone: 'Asia/Tokyo' }, server)).toBe('2024-06-01 19:00');
    expect(since.inQuery(undefined, server)).toBe('2024-06-01 10:00');
    expect(since.inQuery({ timeZone: 'Nowhere/At_All' }, server)).toBe('2024-06-01 10:00');
  });

  it('is an hour earlier where the hour comes twice', () => {
    const since = new Since('2024-10-27 02:30', amsterdam, 'test');
    expect(since.inQuery({ timeZone: 'Europe/Amsterdam' }, server)).toBe('2024-10-27 01:30');
    expect(since.isNewer(momentOf('2024-10-27T02:31:00.000+0200'))).toBe(true);
    expect(since.isNewer(momentOf('2024-10-27T02:30:00.000+0200'))).toBe(false);
  });

  it('must be one', () => {
    expect(() => new Since('yesterday', amsterdam, 'jira-updated.txt')).toThrow('jira-updated.txt: "yesterday"');
    expect(() => new Since('2024-13-01 00:00', amsterdam, 'x')).toThrow('YYYY-MM-DD HH:MM');
  });

  it('is next by the clock that is behind', () => {
    const serverTime = Date.parse('2024-10-27T02:00:00Z');
    expect(nextTracker(server, amsterdam, serverTime + 600_000)).toBe('2024-10-27 03:00');
    expect(nextTracker(server, amsterdam, serverTime - 600_000)).toBe('2024-10-27 02:50');
    expect(nextTracker({ version: '7.9' }, amsterdam, serverTime)).toBe('2024-10-27 03:00');
  });
});

describe('A mapping of fields', () => {
  const rest = { updated: {}, updated_by: {} };
  it.each([
    ['no JSON', '{', 'is not JSON'],
    ['no updated', JSON.stringify({ updated_by: {} }), 'there is no "updated"'],
    ['a type that nobody knows', JSON.stringify({ ...rest, points: { type: 'points' } }), 'points.type'],
    ['a property of nothing', JSON.stringify({ ...rest, points: { property: 'id' } }), 'no "field" to take it from'],
    [
      'a file elsewhere',
      JSON.stringify({ ...rest, a: { table_options: { filename: '../a.json' } } }),
      'without folder',
    ],
    ['a parser of another name', JSON.stringify({ ...rest, notes: { special_parser: 'comment' } }), 'is not named'],
  ])('must not have %s', (_, text, message) => {
    expect(() => parseMapping(text, 'jira_fields.json')).toThrow(message);
  });
});
