/** Distinguished Encoding Rules (ITU-T X.690), as much of them as a certificate needs. */

const LONG_FORM = 0x80;

function element(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), length(content.length), content]);
}

function length(bytes: number): Buffer {
  if (bytes < LONG_FORM) {
    return Buffer.from([bytes]);
  }
  const hexadecimal = bytes.toString(16);
  const digits = Buffer.from(hexadecimal.padStart(hexadecimal.length + (hexadecimal.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.from([LONG_FORM | digits.length]), digits]);
}

export function sequence(...members: readonly Buffer[]): Buffer {
  return element(0x30, ...members);
}

export function set(...members: readonly Buffer[]): Buffer {
  return element(0x31, ...members);
}

/** @param magnitude big-endian bytes of a number that is not negative */
export function integer(magnitude: Buffer): Buffer {
  const [first = 0] = magnitude;
  return first < 0x80 && magnitude.length > 0 ? element(0x02, magnitude) : element(0x02, Buffer.from([0]), magnitude);
}

export function boolean(value: boolean): Buffer {
  return element(0x01, Buffer.from([value ? 0xff : 0]));
}

/** @param unusedBits bits at the end of the last byte that do not count */
export function bitString(content: Buffer, unusedBits = 0): Buffer {
  return element(0x03, Buffer.from([unusedBits]), content);
}

export function octetString(content: Buffer): Buffer {
  return element(0x04, content);
}

export function utf8String(text: string): Buffer {
  return element(0x0c, Buffer.from(text, 'utf8'));
}

/** @param identifier numbers with dots, as in `2.5.29.17` */
export function objectIdentifier(identifier: string): Buffer {
  const [first = 0, second = 0, ...rest] = identifier.split('.').map(Number);
  return element(0x06, ...[first * 40 + second, ...rest].map(base128));
}

function base128(value: number): Buffer {
  const digits = [value % 128];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128)) {
    digits.unshift((left % 128) | 0x80);
  }
  return Buffer.from(digits);
}

/** A point in time: two digits of the year until 2049, four from then on (RFC 5280, 4.1.2.5). */
export function time(moment: Date): Buffer {
  const digits = `${moment.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
  return moment.getUTCFullYear() < 2050
    ? element(0x17, Buffer.from(digits.slice(2), 'ascii'))
    : element(0x18, Buffer.from(digits, 'ascii'));
}

/** A member that is told by its number: constructed where it holds other elements, primitive where it holds bytes. */
export function tagged(number: number, content: Buffer, form: 'constructed' | 'primitive'): Buffer {
  return element((form === 'constructed' ? 0xa0 : 0x80) | number, content);
}
