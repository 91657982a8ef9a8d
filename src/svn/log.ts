import { type SvnConnection, startSvn, target } from './run.js';
import { parseDate, readElements, type XmlElement } from './xml.js';

/**
 * What the paths of a revision say of its changes. `none`: no contents of files, only properties and new folders.
 * `plain`: contents and new files or folders, but no properties, copies and deletions. `any`: more than that, or unknown.
 */
export type LogChanges = 'none' | 'plain' | 'any';

/** A revision as the log has it. */
export interface LogEntry {
  readonly revision: number;
  /** Undefined where nobody is named. */
  readonly author?: string;
  /** In seconds since 1970, with fractions. */
  readonly date?: number;
  readonly message: string;
  readonly changes: LogChanges;
  /** Whether it deleted or replaced a file or folder, as far as the log tells. */
  readonly deletes: boolean;
}

export interface LogRange {
  /** First and last revision. */
  readonly from: number;
  readonly to: number;
  /** Most entries that are read. */
  readonly limit: number;
}

/**
 * Reads the log of a path: of the revisions that changed it or what is in it, through all its copies, the oldest first.
 *
 * @throws {SvnError}
 */
export async function readLog(
  connection: SvnConnection,
  url: string,
  { from, to, limit }: LogRange,
): Promise<readonly LogEntry[]> {
  const range = [`--revision=${from}:${to}`, `--limit=${limit}`];
  const svn = startSvn(connection, ['log', '--xml', '--verbose', ...range, target(url, to)]);
  const entries: LogEntry[] = [];
  let draft = new EntryDraft();
  await readElements(svn, (path, element) => {
    if (path === 'log/logentry') {
      entries.push(draft.finish(Number(element.attributes['revision'])));
      draft = new EntryDraft();
    } else {
      draft.add(path, element);
    }
  });
  return entries;
}

/** What of an entry was read so far. */
class EntryDraft {
  private author: string | undefined;
  private date: number | undefined;
  private message = '';
  private paths = 0;
  private withContents = 0;
  private plain = 0;
  private deletes = false;

  add(path: string, { text, attributes }: XmlElement): void {
    if (path === 'log/logentry/author') this.author = text;
    else if (path === 'log/logentry/date') this.date = parseDate(text);
    else if (path === 'log/logentry/msg') this.message = text;
    else if (path === 'log/logentry/paths/path') {
      this.paths += 1;
      if (mayChangeContents(attributes)) this.withContents += 1;
      if (isPlain(attributes)) this.plain += 1;
      if (attributes['action'] === 'D' || attributes['action'] === 'R') this.deletes = true;
    }
  }

  finish(revision: number): LogEntry {
    return {
      revision,
      ...(this.author === undefined || this.author === '' ? {} : { author: this.author }),
      ...(this.date === undefined ? {} : { date: this.date }),
      message: this.message,
      changes: this.changes(),
      deletes: this.deletes,
    };
  }

  private changes(): LogChanges {
    // Paths that one may not read are left out of the log.
    if (this.paths === 0) return 'any';
    if (this.withContents === 0) return 'none';
    return this.plain === this.paths ? 'plain' : 'any';
  }
}

/** Servers before 1.7 do not say whether text changed. */
function mayChangeContents(attributes: Readonly<Record<string, string>>): boolean {
  const { action, kind, 'text-mods': text, 'copyfrom-path': copied } = attributes;
  const isProperty = action === 'M' && text === 'false';
  const isFolder = action === 'A' && kind === 'dir' && copied === undefined;
  return !isProperty && !isFolder;
}

function isPlain(attributes: Readonly<Record<string, string>>): boolean {
  const { action, kind, 'prop-mods': properties, 'copyfrom-path': copied } = attributes;
  const isKnown = kind === 'file' || kind === 'dir';
  return isKnown && properties === 'false' && copied === undefined && (action === 'A' || action === 'M');
}
