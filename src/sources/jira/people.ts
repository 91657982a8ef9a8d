import type { TableDefinition } from '../../tables/definition.js';
import type { Row } from '../../tables/row.js';
import type { RowSink } from './row-sink.js';
import { isObject, type JsonObject, plain } from './values.js';

/** What is not known. */
const unknown = '0';

/**
 * The users that were met: by the name that they log in with, on the Cloud by the identifier of their account. Changelogs
 * of Data Center 8.4 and later have another key for each.
 */
export class People {
  readonly #names = new Map<string, string>();

  constructor(
    private readonly table: TableDefinition | undefined,
    private readonly sink: RowSink,
  ) {}

  /** Name of a user; undefined where it is none, or one that was deleted. */
  read(value: unknown): string | undefined {
    if (typeof value === 'string') return plain(value);
    if (!isObject(value)) return undefined;
    const name = nameOf(value);
    if (name === undefined) return undefined;
    const key = value['key'];
    if (typeof key === 'string') this.#names.set(key, name);
    this.#addRow(name, value);
    return name;
  }

  knows(key: string): boolean {
    return this.#names.has(key);
  }

  /** Remembers whose key it is; a user who is gone is known by the key. */
  learn(key: string, user: unknown): void {
    this.#names.set(key, (isObject(user) ? nameOf(user) : undefined) ?? plain(key));
  }

  /** Name of the user with a key. */
  nameOfKey(key: string): string {
    return this.#names.get(key) ?? plain(key);
  }

  #addRow(name: string, user: JsonObject): void {
    const row = developerRow(name, user);
    if (row !== undefined) this.sink.add(this.table, name, () => row);
  }
}

/** Row of `developer`; undefined for a user of whom nothing else is told. */
export function developerRow(name: string, { displayName, emailAddress }: JsonObject): Row | undefined {
  if (typeof displayName !== 'string') return undefined;
  return {
    name,
    display_name: plain(displayName),
    email: typeof emailAddress === 'string' ? plain(emailAddress) : unknown,
  };
}

/** What a user is known by; undefined where it is none. */
export function nameOf({ accountId, name }: JsonObject): string | undefined {
  if (typeof accountId === 'string') return plain(accountId);
  return typeof name === 'string' ? plain(name) : undefined;
}
