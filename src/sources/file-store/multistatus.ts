import { SaxesParser } from 'saxes';

/** Something that an answer to PROPFIND tells of. */
export interface Resource {
  /** Path as it is encoded, or a whole URL. */
  readonly href: string;
  readonly isFolder: boolean;
}

const dav = 'DAV:';

/**
 * Reads a multistatus body (RFC 4918). A resource without address is left out.
 *
 * @throws Error where it is no XML
 */
export function readMultistatus(text: string): readonly Resource[] {
  const resources: Resource[] = [];
  const parser = new SaxesParser({ xmlns: true, position: false });
  let open: string[] = [];
  let href = '';
  let isFolder = false;
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ uri, local }) => {
    open.push(uri === dav ? local : '');
    if (isAt(open, 'response')) [href, isFolder] = ['', false];
    if (isAt(open, 'response', 'propstat', 'prop', 'resourcetype', 'collection')) isFolder = true;
  });
  parser.on('text', (piece) => {
    if (isAt(open, 'response', 'href')) href += piece;
  });
  parser.on('closetag', () => {
    if (isAt(open, 'response') && href.trim() !== '') resources.push({ href: href.trim(), isFolder });
    open = open.slice(0, -1);
  });
  parser.write(text).close();
  return resources;
}

function isAt(open: readonly string[], ...names: readonly string[]): boolean {
  const path = ['multistatus', ...names];
  return open.length === path.length && path.every((name, index) => open[index] === name);
}
