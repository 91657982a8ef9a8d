import type { Row } from '../../tables/row.js';
import { dateText, isObject, type JsonObject, plain, textOf, wholeNumber } from './values.js';

/** A sprint as it stands in an issue or on a board, with the row of its table. */
export interface ReadSprint {
  readonly id: string;
  readonly row: Row;
}

/** Undefined for what is no sprint, or lacks id or name. */
export function readSprint(value: unknown, exact: boolean): ReadSprint | undefined {
  const properties = isObject(value) ? value : sprintProperties(String(value), exact);
  const id = wholeNumber(properties['id']);
  const name = textOf(properties['name']);
  if (id === undefined || name === undefined) return undefined;
  return {
    id,
    row: {
      ...{ id, name },
      ...optional('start_date', dateText(known(properties, 'startDate'))),
      ...optional('end_date', dateText(known(properties, 'endDate'))),
      ...optional('complete_date', dateText(known(properties, 'completeDate'))),
      ...optional('goal', textOf(known(properties, 'goal'))),
      ...optional(
        'board_id',
        textOf(boards.map((board) => known(properties, board)).find((board) => board !== undefined)),
      ),
    },
  };
}

/** Of the Agile API, of the Cloud's issues, and of the texts of other servers. */
const boards = ['originBoardId', 'boardId', 'rapidViewId'] as const;

function known(properties: JsonObject, name: string): unknown {
  const value = Object.hasOwn(properties, name) ? properties[name] : undefined;
  return value === null || value === '<null>' ? undefined : value;
}

function optional(field: string, value: string | undefined): Row {
  return value === undefined ? {} : { [field]: value };
}

const names = [
  ...[
    'id',
    'rapidViewId',
    'state',
    'name',
    'startDate',
    'endDate',
    'completeDate',
    'activatedDate',
    'sequence',
    'goal',
  ],
  ...['synced', 'autoStartStop', 'incompleteIssuesDestinationId'],
];
const nextProperty = new RegExp(`,(?=(?:${names.join('|')})=)`);

/**
 * The properties in the text that a server has for a sprint:
 * `com.atlassian.greenhopper.service.sprint.Sprint@1f[id=3,state=CLOSED,name=Sprint 3,...]`. Agents have always read it
 * from its last bracket on, part by part between commas, each up to a second equals sign; one that begins with a part
 * without equals sign they cannot read.
 *
 * @param exact a name or goal is read whole, whatever marks it has
 */
export function sprintProperties(text: string, exact: boolean): Readonly<Record<string, string>> {
  const start = exact ? text.indexOf('[') : text.lastIndexOf('[');
  if (start === -1) return {};
  const inner = plain(text.slice(start + 1, -1));
  return exact ? wholeProperties(inner) : cutProperties(inner);
}

function wholeProperties(inner: string): Readonly<Record<string, string>> {
  const pairs = inner.split(nextProperty).map((part): [string, string] => {
    const [name = ''] = part.split('=', 1);
    return [name, part.slice(name.length + 1)];
  });
  return Object.fromEntries(pairs);
}

function cutProperties(inner: string): Readonly<Record<string, string>> {
  const properties = new Map<string, string>();
  let last: string | undefined;
  for (const part of inner.split(',')) {
    const [name = '', value] = part.split('=');
    if (value !== undefined) properties.set(name, value);
    else if (last === undefined || last === '') return {};
    else properties.set(last, `${properties.get(last)},${part}`);
    if (value !== undefined) last = name;
  }
  return Object.fromEntries(properties);
}
