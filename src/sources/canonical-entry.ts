import type { SourceEntry } from './source.js';

/** How URLs of a type end, where that is always the same. */
const endings: ReadonlyMap<string, (url: string) => string> = new Map([
  ['sonar', (url: string) => (url.endsWith('/') || /[?#]/.test(url) ? url : `${url}/`)],
  ['jira', (url: string) => url.replace(/^\/+|\/+$/g, '')],
]);

/** A source with its URL in the form that all rows and trackers name it by, and without password. */
export function canonicalEntry(entry: SourceEntry): SourceEntry {
  const ending = endings.get(entry.type);
  return ending === undefined ? entry : { ...entry, url: ending(entry.url) };
}
