import { type Client, Filter, type Entry as LibraryEntry } from 'ldapts';
import type { Logger } from '../../log/logger.js';
import { disconnect, explained } from './connection.js';
import { LdapError } from './errors.js';
import type { Directory } from './options.js';

/** Entries that the server gives at once. */
const pageSize = 500;
/** Members that one search asks for: a filter has its limits too. */
const membersPerSearch = 100;

/** An entry of the directory: its DN, and its texts by the name of the attribute in lower case. */
export interface Entry {
  readonly dn: string;
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

/** What is asked of a directory. All methods throw LdapError where the server refuses or is lost. */
export class DirectoryClient {
  private references = 0;

  constructor(
    private readonly client: Client,
    private readonly directory: Directory,
    private readonly log: Logger,
  ) {}

  /** Names of the groups of Unix users, for a person to choose from. */
  async groupNames(): Promise<readonly string[]> {
    const names: string[] = [];
    for await (const { attributes } of this.search('(objectClass=posixGroup)', ['cn'])) {
      names.push(...(attributes.get('cn')?.slice(0, 1) ?? []));
    }
    return names;
  }

  /**
   * What a group has for its members: login names or DNs, none where it has none.
   *
   * @throws {LdapError} where there is no such group
   */
  async members(group: string): Promise<readonly string[]> {
    const { groupAttribute, root } = this.directory;
    const found: Entry[] = [];
    for await (const entry of this.search(`(cn=${Filter.escape(group)})`, [groupAttribute])) found.push(entry);
    const withMembers = found.filter(({ attributes }) => attributes.size > 0);
    const entry = withMembers[0] ?? found[0];
    if (entry === undefined) {
      throw new LdapError(`There is no group "${group}" below ${root}; check the group, and root_dn of section [ldap]`);
    }
    if (withMembers.length > 1)
      this.log.warn(`Of ${withMembers.length} groups "${group}", that of ${entry.dn} is taken`);
    return this.allValues(entry, groupAttribute);
  }

  /** The entries of members, each once, in the order of the server; one that does not exist is left out. */
  async *users(members: readonly string[], attributes: readonly string[]): AsyncGenerator<Entry> {
    const seen = new Set<string>();
    for (let start = 0; start < members.length; start += membersPerSearch) {
      const some = members.slice(start, start + membersPerSearch);
      const filter = `(|${some.map(this.directory.searchFilter).join('')})`;
      for await (const entry of this.search(filter, attributes)) {
        const key = entry.dn.toLowerCase();
        if (!seen.has(key)) yield entry;
        seen.add(key);
      }
    }
  }

  async close(): Promise<void> {
    if (this.references > 0) this.log.debug(`${this.references} references to other LDAP servers were not followed`);
    await disconnect(this.client);
  }

  /** Active Directory gives many values in parts: `member;range=0-1499`, and of the last `member;range=1500-*`. */
  private async allValues({ dn, attributes }: Entry, name: string): Promise<readonly string[]> {
    const values = [...(attributes.get(name.toLowerCase()) ?? [])];
    let part = rangeOf(attributes, name);
    while (part !== undefined) {
      values.push(...part.values);
      if (part.next === undefined) break;
      const rest = await this.entry(dn, [`${name};range=${part.next}-*`]);
      part = rest === undefined ? undefined : rangeOf(rest.attributes, name);
    }
    return values.filter((value) => value !== '');
  }

  private async *search(filter: string, attributes: readonly string[]): AsyncGenerator<Entry> {
    const options = { filter, attributes: [...attributes], paged: { pageSize }, timeLimit: 0 };
    try {
      for await (const page of this.client.searchPaginated(this.directory.root, { scope: 'sub', ...options })) {
        this.references += page.searchReferences.length;
        yield* page.searchEntries.map(readEntry);
      }
    } catch (error) {
      throw explained(error, this.directory.server);
    }
  }

  private async entry(dn: string, attributes: string[]): Promise<Entry | undefined> {
    try {
      const { searchEntries } = await this.client.search(dn, { scope: 'base', attributes, timeLimit: 0 });
      return searchEntries.map(readEntry)[0];
    } catch (error) {
      throw explained(error, this.directory.server);
    }
  }
}

interface Range {
  readonly values: readonly string[];
  /** Where the next part begins; undefined behind the last one. */
  readonly next?: number;
}

/** The part of the values that a server gave of an attribute, where it gave a part. */
export function rangeOf(attributes: Entry['attributes'], name: string): Range | undefined {
  const prefix = `${name.toLowerCase()};range=`;
  for (const [attribute, values] of attributes) {
    const end = attribute.startsWith(prefix) ? /^\d+-(\d+|\*)$/.exec(attribute.slice(prefix.length))?.[1] : undefined;
    if (end !== undefined) return end === '*' ? { values } : { values, next: Number(end) + 1 };
  }
  return undefined;
}

function readEntry({ dn, ...attributes }: LibraryEntry): Entry {
  const texts = Object.entries(attributes)
    .map(([name, values]) => [name.toLowerCase(), [values].flat().map(String)] as const)
    .filter(([, values]) => values.length > 0);
  return { dn, attributes: new Map(texts) };
}
