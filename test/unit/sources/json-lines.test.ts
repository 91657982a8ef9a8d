import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { asLine, jsonLine, readJsonLines } from '../../../src/sources/json-lines.js';
import { temporaryFolder } from '../../temporary-folder.js';

const value = { text: 'first\nsecond\r\u2028third\u2029', list: ['Æ', 2] };

it.each([
  ['of the program itself', jsonLine(value)],
  ['of a server that indents it', asLine(JSON.stringify(value, undefined, 2).replaceAll('\n', '\r\n'))],
])('JSON %s is one line that has the same value', async (_, line) => {
  const file = path.join(temporaryFolder(), 'lines.jsonl');
  writeFileSync(file, `${line}\n${line}`);
  const read = [];
  for await (const { value: found, end } of readJsonLines(file)) read.push({ found, end });
  const length = Buffer.byteLength(line);
  expect(read).toEqual([
    { found: value, end: length },
    { found: value, end: 2 * length + 1 },
  ]);
});
