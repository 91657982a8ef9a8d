/** The lines that a comment on a change stands at. */
export interface Lines {
  readonly first: number;
  readonly last: number;
  /** What happened to the last line of the hunk; absent where there is none. */
  readonly type?: 'old' | 'new' | 'context';
}

const header = /^@@ -\d+,\d+ \+(\d+),\d+ @@/;

/**
 * Reads the part of a change that a comment stands below, as agents always have: from the first line of the new file that
 * its header names (0 where that is a short one, `@@ -1 +1 @@`) as far as the position says.
 *
 * @param hunk in the unified format, up to the line of the comment
 * @param position lines below the header; 0 where the change has gone on meanwhile
 */
export function linesOf(hunk: string, position: number): Lines {
  if (!hunk.startsWith('@@')) return { first: position, last: position };
  const first = Number(header.exec(hunk)?.[1] ?? 0);
  return { first, last: first + position, type: typeOf(hunk.slice(hunk.lastIndexOf('\n') + 1)) };
}

function typeOf(line: string): 'old' | 'new' | 'context' {
  if (line.startsWith('-')) return 'old';
  return line.startsWith('+') ? 'new' : 'context';
}
