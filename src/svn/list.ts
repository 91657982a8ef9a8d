import { type SvnConnection, startSvn, target } from './run.js';
import { parseDate, readElements } from './xml.js';

/** An entry of a folder, with its last change. */
export interface ListEntry {
  readonly name: string;
  readonly revision: number;
  /** Undefined where nobody is named. */
  readonly author?: string;
  /** In seconds since 1970, with fractions. */
  readonly date?: number;
}

/**
 * Lists a folder, as it is in a revision.
 *
 * @throws {SvnError} where it is not there
 */
export async function listFolder(connection: SvnConnection, url: string, at: number): Promise<readonly ListEntry[]> {
  const svn = startSvn(connection, ['list', '--xml', target(url, at)]);
  const entries: ListEntry[] = [];
  let name = '';
  let revision = 0;
  let author = '';
  let date: number | undefined;
  await readElements(svn, (path, { text, attributes }) => {
    if (path === 'lists/list/entry/name') name = text;
    else if (path === 'lists/list/entry/commit/author') author = text;
    else if (path === 'lists/list/entry/commit/date') date = parseDate(text);
    else if (path === 'lists/list/entry/commit') revision = Number(attributes['revision']);
    else if (path === 'lists/list/entry') {
      entries.push({ name, revision, ...(author === '' ? {} : { author }), ...(date === undefined ? {} : { date }) });
      author = '';
      date = undefined;
    }
  });
  return entries;
}
