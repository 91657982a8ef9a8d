import { createHash } from 'node:crypto';

const mark = '# Made from its template and the environment, and again when those change, until somebody edits it: ';

/** A configuration file that says of itself that nobody has edited it yet. */
export function markGenerated(contents: string): string {
  return `${mark}${digest(contents)}\n${contents}`;
}

/** Whether a configuration file is still as it was made, so that the environment says what is in it. */
export function isGenerated(text: string): boolean {
  if (!text.startsWith(mark)) return false;
  const end = text.indexOf('\n');
  return text.slice(mark.length, end) === digest(text.slice(end + 1));
}

function digest(contents: string): string {
  return createHash('sha256').update(contents).digest('hex').slice(0, 16);
}
