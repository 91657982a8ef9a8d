import { access, readdir } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError } from '../config/errors.js';

/** Entries of folders that are looked at; more is no folder of files to gather. */
const mostEntries = 100_000;

/**
 * The files below a folder that a pattern with `*`, `?`, `[...]` and `**` (folders, any number) stands for, sorted.
 *
 * @returns paths relative to the folder, with `/`
 * @throws {ConfigError} where the pattern leads out of the folder, or the folder is far too large
 */
export async function expandPattern(folder: string, pattern: string): Promise<readonly string[]> {
  const parts = pattern.split('/').filter((part) => part !== '' && part !== '.');
  if (path.isAbsolute(pattern) || parts.includes('..') || parts.length === 0) {
    throw new ConfigError(
      'file name',
      `"${pattern}" is not below ${folder}; expected a name or pattern relative to it`,
    );
  }
  return [...new Set(await new Expansion(folder, pattern).expand('', parts))].sort();
}

class Expansion {
  private left = mostEntries;

  constructor(
    private readonly folder: string,
    private readonly pattern: string,
  ) {}

  async expand(base: string, [part, ...rest]: readonly string[]): Promise<readonly string[]> {
    if (part === undefined) return [base];
    if (part === '**') {
      const below = await this.folders(base);
      const found = [await this.expand(base, rest), ...(await this.each(below, ['**', ...rest]))];
      return found.flat().filter((file) => file !== '');
    }
    const names = isPattern(part) ? await this.matching(base, part) : await this.existing(base, part);
    return (await this.each(names, rest)).flat();
  }

  private async each(bases: readonly string[], rest: readonly string[]): Promise<readonly (readonly string[])[]> {
    const found: (readonly string[])[] = [];
    for (const base of bases) found.push(await this.expand(base, rest));
    return found;
  }

  private async existing(base: string, name: string): Promise<readonly string[]> {
    const file = join(base, name);
    return access(path.join(this.folder, file)).then(
      () => [file],
      () => [],
    );
  }

  private async matching(base: string, part: string): Promise<readonly string[]> {
    const test = toRegExp(part);
    const entries = await this.entries(base);
    return entries.filter(({ name }) => test.test(name)).map(({ name }) => join(base, name));
  }

  /** Links to folders are not followed, so that no circle is. */
  private async folders(base: string): Promise<readonly string[]> {
    const entries = await this.entries(base);
    return entries.filter(({ isFolder }) => isFolder).map(({ name }) => join(base, name));
  }

  private async entries(base: string): Promise<readonly { readonly name: string; readonly isFolder: boolean }[]> {
    const entries = await readdir(path.join(this.folder, base), { withFileTypes: true }).catch(() => []);
    this.left -= entries.length;
    if (this.left < 0) throw new ConfigError('file name', `"${this.pattern}" looks at more than ${mostEntries} files`);
    return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
  }
}

function join(base: string, name: string): string {
  return base === '' ? name : `${base}/${name}`;
}

function isPattern(part: string): boolean {
  return /[*?[]/.test(part);
}

/** As Python's `fnmatch`, case and all. */
function toRegExp(part: string): RegExp {
  const source = part.replaceAll(/\*+|\?|\[(!?)(\]?[^\]]*)\]|[^*?]/gsu, (token, not: string | undefined, set = '') => {
    if (token.startsWith('*')) return '.*';
    if (token === '?') return '.';
    if (not === undefined) return token.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
    return `[${not === '!' ? '^' : ''}${String(set).replaceAll(/[\\^[\]]/g, '\\$&')}]`;
  });
  try {
    return new RegExp(`^${source}$`, 'su');
  } catch {
    // A set whose ends are the wrong way round has nothing in it.
    return /(?!)/;
  }
}
