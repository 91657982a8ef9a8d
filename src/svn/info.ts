import { type SvnConnection, startSvn, target } from './run.js';
import { readElements } from './xml.js';

/** Minutes that the first answer of a server may take. */
const patience = 5;

/** A path as the server knows it. */
export interface NodeInfo {
  /** As svn writes it in its output, after redirections. */
  readonly url: string;
  /** The youngest revision of the whole repository. */
  readonly youngest: number;
}

/**
 * Asks whether a path is in the youngest revision of its repository.
 *
 * @throws {SvnError} where it is not
 */
export async function readInfo(connection: SvnConnection, url: string): Promise<NodeInfo> {
  const svn = startSvn(connection, ['info', '--xml', target(url, 'HEAD')], patience);
  let youngest: number | undefined;
  let found: string | undefined;
  await readElements(svn, (path, { text, attributes }) => {
    if (path === 'info/entry') youngest = Number(attributes['revision']);
    else if (path === 'info/entry/url') found = text;
  });
  if (found === undefined || youngest === undefined || !Number.isSafeInteger(youngest)) {
    throw svn.failure('told no revision');
  }
  return { url: found, youngest };
}
