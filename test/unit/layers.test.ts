import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

/** What the files of a folder may import, by the first folder below src/ (docs/architecture.md, "Layout"). */
const allowed: Readonly<Record<string, readonly string[]>> = {
  log: ['config'],
  config: ['log'],
  tables: ['config', 'log'],
  http: ['config', 'log'],
  process: ['config', 'log'],
  git: ['process', 'config', 'log'],
  svn: ['process', 'config', 'log'],
  ssh: ['config', 'log'],
  sources: ['tables', 'http', 'git', 'svn', 'ssh', 'config', 'log'],
  agent: ['sources', 'tables', 'http', 'git', 'svn', 'ssh', 'config', 'log'],
  controller: ['sources', 'tables', 'http', 'git', 'svn', 'ssh', 'config', 'log'],
  pipeline: ['agent', 'controller', 'sources', 'tables', 'process', 'config', 'log'],
};

function sourceFiles(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name));
}

/** Local modules that a file imports or re-exports, statically or lazily, relative to the root. */
function localImports(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, target]) =>
    path.relative(root, path.resolve(path.dirname(file), target ?? '')),
  );
}

describe('layers', () => {
  it('lets nothing in src/ import scraper/', () => {
    const offenders = sourceFiles('src').filter((file) =>
      localImports(file).some((name) => name.startsWith('scraper')),
    );
    expect(offenders).toEqual([]);
  });

  it.each(Object.keys(allowed))('lets src/%s import only what stands below it', (layer) => {
    const permitted = new Set([layer, ...(allowed[layer] ?? [])]);
    const offenders = sourceFiles(path.join('src', layer)).flatMap((file) =>
      localImports(file)
        .map((name) => name.split(path.sep))
        .filter(([top, folder]) => top === 'src' && !permitted.has(folder ?? ''))
        .map((parts) => `${path.relative(root, file)} imports ${parts.join('/')}`),
    );
    expect(offenders).toEqual([]);
  });
});
