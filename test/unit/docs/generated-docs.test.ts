import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { generatedDocs } from '../../../scraper/generated-docs.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const docs = await generatedDocs();

describe('generated documentation', () => {
  it.each([...docs.keys()])('%s is what npm run docs writes', (path) => {
    expect(existsSync(root + path)).toBe(true);
    expect(readFileSync(root + path, 'utf8')).toBe(docs.get(path));
  });

  it('has no schemas of files that are not exported any more', () => {
    const found = readdirSync(`${root}docs/schema`).map((file) => `docs/schema/${file}`);
    expect(found.filter((path) => !docs.has(path))).toEqual([]);
  });
});
