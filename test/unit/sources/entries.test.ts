import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/errors.js';
import { readSourceEntries, writeSourceEntries } from '../../../src/sources/entries.js';
import { temporaryFolder } from '../config/folder.js';

const entries = [
  { type: 'git', name: 'webshop', url: 'https://git.example/webshop.git' },
  { type: 'github', name: 'x', url: 'https://github.com/x/y', github_team: 'team' },
];

describe('data_sources.json', () => {
  it('is read as it was written', async () => {
    const folder = temporaryFolder();
    await writeSourceEntries(folder, entries);
    expect(readSourceEntries(folder)).toEqual(entries);
  });

  it('may be absent', () => {
    expect(readSourceEntries(temporaryFolder())).toBeUndefined();
  });

  it('may hold further fields, of which texts are kept', () => {
    const folder = temporaryFolder({
      'data_sources.json': '[{"type":"git","name":"","url":"u","source_id":"3","version":null}]',
    });
    expect(readSourceEntries(folder)).toEqual([{ type: 'git', name: '', url: 'u', source_id: '3' }]);
  });

  it.each([
    ['[{"type":"git"', 'is not JSON'],
    ['{}', 'expected array'],
    ['[{"type":"git","name":"a","url":"u"},{"type":"git","name":"b"}]', 'entry 2, url: '],
    ['[null]', 'entry 1: '],
    ['[{"type":"git","name":"a","url":""}]', 'entry 1, url: '],
  ])('is refused with its name: %s', (text, message) => {
    const folder = temporaryFolder({ 'data_sources.json': text });
    expect(() => readSourceEntries(folder)).toThrow(ConfigError);
    expect(() => readSourceEntries(folder)).toThrow(path.join(folder, 'data_sources.json'));
    expect(() => readSourceEntries(folder)).toThrow(message);
  });
});
