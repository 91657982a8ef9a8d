import { expect, it } from 'vitest';
import { decodeEscapes } from '../../../../src/sources/topdesk/escapes.js';

it.each([
  ['be\\xebindigen', 'beëindigen'],
  ['beëindigen', 'beëindigen'],
  ['\\u20ac \\U0001F600 \\u0041', '€ 😀 A'],
  ['tab\\tand \\\\t and \\101', 'tab\tand \\t and A'],
  ['\\U00110000 \\xe \\q', '\\U00110000 \\xe \\q'],
  ['end\\', 'end\\'],
])('decodes the escapes of %j', (text, decoded) => {
  expect(decodeEscapes(text)).toBe(decoded);
});
