import { StringDecoder } from 'node:string_decoder';
import { SaxesParser } from 'saxes';
import { readStream, type SvnProcess } from './run.js';

/** An element that ended. */
export interface XmlElement {
  readonly attributes: Readonly<Record<string, string>>;
  /** Its own text, without that of elements in it. */
  readonly text: string;
}

interface OpenElement {
  readonly path: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
}

/** All but what XML 1.0 allows (production 2, Char). Svn escapes it in log messages, but not in names. */
const forbidden = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/**
 * Reads the XML that svn prints, element by element.
 *
 * @param onElement called at the end of each element, with the names from the root to it joined by slashes
 * @throws {SvnError} where svn fails, or prints what is no XML
 */
export async function readElements(
  svn: SvnProcess,
  onElement: (path: string, element: XmlElement) => void,
): Promise<void> {
  const decoder = new StringDecoder('utf8');
  const parser = elementParser(onElement);
  await readStream(svn, (chunk) => {
    parser.write(decoder.write(chunk).replace(forbidden, '\ufffd'));
  });
  try {
    parser.close();
  } catch (error) {
    throw svn.failure('printed what cannot be read', { cause: error });
  }
}

function elementParser(onElement: (path: string, element: XmlElement) => void): Pick<SaxesParser, 'write' | 'close'> {
  const parser = new SaxesParser({ position: false, xmlns: false });
  const open: OpenElement[] = [];
  parser.on('opentag', ({ name, attributes }) => {
    const parent = open.at(-1)?.path;
    open.push({ path: parent === undefined ? name : `${parent}/${name}`, attributes: { ...attributes }, text: '' });
  });
  parser.on('text', (text) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  });
  parser.on('closetag', () => {
    const element = open.pop();
    if (element !== undefined) onElement(element.path, element);
  });
  return parser;
}

/** A date of svn in seconds since 1970; undefined where it is none. */
export function parseDate(text: string): number | undefined {
  const time = Date.parse(text);
  return Number.isFinite(time) ? time / 1000 : undefined;
}
