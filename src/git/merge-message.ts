/*
 * The forms of a merge message that name the branch that was merged. The patterns are those of the original, which is
 * Python: `.` excludes only the line feed, and `\b`, `\d` and `\s` go by Unicode. All are bound to the start.
 */
const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const WORD_START = '(?<![\\p{L}\\p{N}_])';

const PATTERNS: readonly RegExp[] = [
  `[^\\n]*${WORD_START}Merge branch '([^']+)'`,
  `[^\\n]*${WORD_START}Merge remote-tracking branch '(?:(?:refs/)?remotes)?origin/([^']+)'`,
  `Merge pull request \\p{Nd}+ from ([^${SPACE}]+) into [^\\n]+`,
  '([A-Z]{3,}\\p{Nd}+) [Mm]erge',
  `(?:Merge )?([^${SPACE}]+) >[${SPACE}]?master`,
].map((pattern) => new RegExp(`^${pattern}`, 'u'));

/** The branch that a merge message names, or "0". */
export function mergedBranch(message: string): string {
  for (const pattern of PATTERNS) {
    const branch = pattern.exec(message)?.[1];
    if (branch !== undefined) return branch;
  }
  return '0';
}
