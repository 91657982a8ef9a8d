/** Decodes text that has a character per byte. */
export type Decode = (bytes: string) => string;

const NOT_ASCII = /[\x80-\xff]/;

/** Names that commits carry and that the Encoding Standard does not know. */
const ALIASES: Readonly<Record<string, string>> = {
  eucjp: 'euc-jp',
  euckr: 'euc-kr',
  cp932: 'shift_jis',
  cp936: 'gbk',
  cp949: 'euc-kr',
  cp950: 'big5',
};

const LATIN_1 = /^(iso[-_]?8859[-_]1|latin[-_]?1|l1|cp819|ibm819)$/i;
const ASCII = /^(us-?)?ascii$|^ansi_x3\.4-1968$|^646$/i;

/** Bytes that are not valid become U+FFFD. */
export const decodeUtf8: Decode = (bytes) =>
  NOT_ASCII.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;

// The Encoding Standard takes both names for windows-1252; a commit that says so means the real ones.
const decodeLatin1: Decode = (bytes) => bytes;
const decodeAscii: Decode = (bytes) => bytes.replace(/[\x80-\xff]/g, '\ufffd');

const WINDOWS_1252 = /^(windows-?1252|cp-?1252|x-cp1252)$/i;

/** What windows-1252 has where ISO-8859-1 has control characters; U+FFFD where it has nothing. */
const WINDOWS_1252_EXTRAS = '€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ';

// Releases of Node.js decode this one as ISO-8859-1 (https://github.com/nodejs/node/issues/56542).
const decodeWindows1252: Decode = (bytes) =>
  bytes.replace(/[\x80-\x9f]/g, (byte) => WINDOWS_1252_EXTRAS.charAt(byte.charCodeAt(0) - 0x80));

const decoders = new Map<string, Decode | undefined>();

/** Different encodings that are remembered; a history that invents more of them pays for each anew. */
const REMEMBERED_ENCODINGS = 64;

/**
 * The decoder for the `encoding` header of a commit. Bytes that are not valid become U+FFFD.
 *
 * @param name value of the header; undefined where there is none, which means UTF-8
 * @param onUnknown called with a name that nobody knows; UTF-8 is used then
 */
export function decoderOf(name: string | undefined, onUnknown: (name: string) => void): Decode {
  if (name === undefined || /^utf-?8$/i.test(name)) return decodeUtf8;
  if (LATIN_1.test(name)) return decodeLatin1;
  if (ASCII.test(name)) return decodeAscii;
  if (WINDOWS_1252.test(name)) return decodeWindows1252;
  if (!decoders.has(name) && decoders.size < REMEMBERED_ENCODINGS) decoders.set(name, createDecoder(name));
  const decode = decoders.get(name) ?? createDecoder(name);
  if (decode === undefined) onUnknown(name);
  return decode ?? decodeUtf8;
}

function createDecoder(name: string): Decode | undefined {
  try {
    const label = name.toLowerCase();
    const decoder = new TextDecoder(ALIASES[label] ?? label, { ignoreBOM: true });
    return (bytes) => decoder.decode(Buffer.from(bytes, 'latin1'));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
