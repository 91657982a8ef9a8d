import type { SubversionRepository } from './repository.js';

/** What the rows of `change_path` say of a file. */
export interface ExpectedChange {
  readonly version_id: string;
  readonly file: string;
  readonly change_type: string;
  readonly insertions: string;
  readonly deletions: string;
}

/**
 * The changes of the trunk, by comparing what `svnlook` says is in it before and after each revision of its history:
 * no output of `svn` is read.
 */
export function expectedChanges(repository: SubversionRepository, trunk = 'trunk'): readonly ExpectedChange[] {
  const history = repository
    .look('history', trunk)
    .split('\n')
    .flatMap((line) => {
      const [, revision, place] = /^ *(\d+) +\/(.*)$/.exec(line) ?? [];
      return revision === undefined || place === undefined ? [] : [{ revision: Number(revision), place }];
    });
  return history.flatMap(({ revision, place }, index) => {
    const before = history[index + 1]?.place;
    const old = before === undefined ? new Map<string, Node>() : filesOf(repository, revision - 1, before);
    return compare(repository, revision, old, filesOf(repository, revision, place));
  });
}

interface Node {
  readonly path: string;
  /** The same where neither contents nor properties changed. */
  readonly id: string;
}

/** Files by their path below a folder. */
function filesOf(repository: SubversionRepository, revision: number, folder: string): ReadonlyMap<string, Node> {
  const lines = repository.look('tree', '--full-paths', '--show-ids', '-r', String(revision), folder).split('\n');
  const nodes = lines.flatMap((line): readonly Node[] => {
    const [, path, id] = /^(.*[^/]) <([^>]*)>$/.exec(line) ?? [];
    return path === undefined || id === undefined ? [] : [{ path, id }];
  });
  return new Map(nodes.map((node) => [node.path.slice(folder.length + 1), node]));
}

function compare(
  repository: SubversionRepository,
  revision: number,
  old: ReadonlyMap<string, Node>,
  now: ReadonlyMap<string, Node>,
): readonly ExpectedChange[] {
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((file) => {
    if (old.get(file)?.id === now.get(file)?.id) return [];
    const before = read(repository, revision - 1, old.get(file)?.path);
    const after = read(repository, revision, now.get(file)?.path);
    if (before !== undefined && after !== undefined && before.text === after.text) return [];
    const isBinary = before?.isBinary === true || after?.isBinary === true;
    const [insertions, deletions] = isBinary ? [0, 0] : countLines(before?.text ?? '', after?.text ?? '');
    const type = before === undefined ? 'A' : after === undefined ? 'D' : 'M';
    return [
      {
        ...{ version_id: String(revision), file, change_type: type },
        ...{ insertions: String(insertions), deletions: String(deletions) },
      },
    ];
  });
}

function read(
  repository: SubversionRepository,
  revision: number,
  path: string | undefined,
): { readonly text: string; readonly isBinary: boolean } | undefined {
  if (path === undefined) return undefined;
  const text = repository.lookBytes('cat', '-r', String(revision), path).toString('latin1');
  const properties = repository.look('proplist', '-v', '-r', String(revision), path);
  return { text, isBinary: /svn:mime-type\s+application\//.test(properties) };
}

/** Lines that are not in the longest common sequence of lines. */
function countLines(before: string, after: string): readonly [insertions: number, deletions: number] {
  const old = before.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
  const now = after.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
  let row = new Array<number>(now.length + 1).fill(0);
  for (const line of old) {
    const next = [0];
    for (const [index, other] of now.entries()) {
      const best = line === other ? (row[index] ?? 0) + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0);
      next.push(best);
    }
    row = next;
  }
  const common = row[now.length] ?? 0;
  return [now.length - common, old.length - common];
}
