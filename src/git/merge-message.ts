/*
 * The forms of a merge message that name the branch that was merged. The patterns are those of the original, which is
 * Python: `.` excludes only the line feed, and `\b`, `\d` and `\s` go by Unicode. All are bound to the start.
 */
const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

function createPatterns(wordStart: string, digit: string): readonly RegExp[] {
  return [
    `[^\\n]*${wordStart}Merge branch '([^']+)'`,
    `[^\\n]*${wordStart}Merge remote-tracking branch '(?:(?:refs/)?remotes)?origin/([^']+)'`,
    `Merge pull request ${digit}+ from ([^${SPACE}]+) into [^\\n]+`,
    `([A-Z]{3,}${digit}+) [Mm]erge`,
    `(?:Merge )?([^${SPACE}]+) >[${SPACE}]?master`,
  ].map((pattern) => new RegExp(`^${pattern}`, 'u'));
}

const UNICODE_PATTERNS = createPatterns('(?<![\\p{L}\\p{N}_])', '\\p{Nd}');

/** The same for messages of nothing but ASCII: the classes of Unicode take long to set up. */
const ASCII_PATTERNS = createPatterns('\\b', '\\d');

/** The branch that a merge message names, or "0". */
export function mergedBranch(message: string): string {
  const patterns = /[^\0-\x7f]/.test(message) ? UNICODE_PATTERNS : ASCII_PATTERNS;
  for (const pattern of patterns) {
    const branch = pattern.exec(message)?.[1];
    if (branch !== undefined) return branch;
  }
  return '0';
}
