import { type SimulatorServer, startSimulator, writeDataset } from './simulator.js';

/** The account that the dataset knows: `token` in place of the others at a server that takes tokens. */
export const jiraAccount = { username: 'gatherer', password: 'word-of-the-gatherer', token: 'token-of-the-gatherer' };

export interface JiraSize {
  readonly issues: number;
  /** Of the changelog of each issue. */
  readonly entries: number;
  /** On each issue. */
  readonly comments: number;
  readonly sprints?: number;
}

const people = ['mvisser', 'osahin', 'tnakamura'].map((name, index) => ({
  ...{ name, key: name === 'osahin' ? 'JIRAUSER10001' : name, accountId: `5b10-${index}` },
  ...{ displayName: `Person ${index}`, emailAddress: `${name}@example.org` },
}));
const names = people.map(({ name }) => name);
const keys = people.map(({ key }) => key);
const statuses = ['1', '3', '5'];
const start = Date.UTC(2024, 0, 1);

function moment(minutes: number): string {
  return new Date(start + minutes * 60_000).toISOString();
}

function pick<T>(list: readonly T[], index: number): T | undefined {
  return list[index % list.length];
}

/** Writes a dataset of one project TEST. */
export function writeJiraDataset(
  folder: string,
  size: JiraSize,
  changes: Readonly<Record<string, unknown>> = {},
): string {
  return writeDataset(folder, { ...jiraDataset(size), ...changes });
}

export function jiraDataset(size: JiraSize) {
  const { sprints = 3 } = size;
  return {
    auth: {
      users: [{ name: jiraAccount.username, password: jiraAccount.password }],
      tokens: { [jiraAccount.token]: jiraAccount.username },
    },
    users: [
      ...people,
      { name: 'gatherer', key: 'gatherer', accountId: 'gatherer', displayName: 'Gatherer', timeZone: 'UTC' },
    ],
    projects: [{ id: '10000', key: 'TEST', name: 'Test project', assignable: names, components: [], versions: [] }],
    boards: [{ id: 1, name: 'Board', type: 'scrum', projects: ['TEST'], sprints: numbers(sprints) }],
    sprints: numbers(sprints).map((id) => ({
      id,
      name: `Sprint ${id}`,
      state: 'closed',
      startDate: moment(id),
      originBoardId: 1,
    })),
    issueTypes: [{ id: '1', name: 'Story', description: 'A story' }],
    priorities: [{ id: '3', name: 'Normal' }],
    resolutions: [{ id: '1', name: 'Fixed', description: 'It is fixed' }],
    statusCategories: [{ id: 2, key: 'new', name: 'To Do', colorName: 'blue-gray' }],
    statuses: statuses.map((id) => ({ id, name: `Status ${id}`, description: '', category: 2 })),
    linkTypes: [{ id: '10000', name: 'Blocks', inward: 'is blocked by', outward: 'blocks' }],
    fields: [
      { id: 'customfield_10207', name: 'Sprint', type: 'sprint' },
      { id: 'customfield_10002', name: 'Story Points', type: 'number' },
    ],
    links: [],
    issues: numbers(size.issues).map((number) => issue(number, size)),
  };
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function issue(number: number, { entries, comments, sprints = 3 }: JiraSize) {
  const created = number * 7;
  return {
    id: String(10_000 + number),
    key: `TEST-${number}`,
    fields: {
      ...{
        summary: `Issue ${number}`,
        description: `What is wanted of ${number}. `.repeat(10),
        issuetype: '1',
        priority: '3',
      },
      ...{
        status: pick(statuses, entries),
        reporter: pick(names, number),
        assignee: pick(names, entries),
        labels: ['a', 'b'],
      },
      ...{ creator: pick(names, number), created: moment(created), updated: moment(created + entries) },
      customfield_10207: [1 + (number % sprints)],
    },
    comments: numbers(comments).map((comment) => ({
      ...{ id: String(number * 1000 + comment), author: pick(names, comment), body: `Remark ${comment}\nAgain` },
      ...{ created: moment(created + comment), updateAuthor: pick(names, comment), updated: moment(created + comment) },
    })),
    changelog: numbers(entries).map((entry) => ({
      ...{ id: String(number * 1000 + entry), author: pick(names, number + entry), created: moment(created + entry) },
      items: [
        {
          field: 'status',
          fieldtype: 'jira',
          from: pick(statuses, entry - 1),
          fromString: '',
          to: pick(statuses, entry),
          toString: '',
        },
        {
          field: 'assignee',
          fieldtype: 'jira',
          from: pick(keys, entry - 1),
          fromString: '',
          to: pick(keys, entry),
          toString: '',
        },
      ],
    })),
  };
}

export function startJira(dataset: string, flags: readonly string[] = [], port = 0): Promise<SimulatorServer> {
  return startSimulator('jira', dataset, flags, port);
}
