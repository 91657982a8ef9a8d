import type { SourceEntry } from '../source.js';
import { redactUrl } from '../source-url.js';

/** A source as it may leave the agent. */
export function withoutPassword(entry: SourceEntry): SourceEntry {
  return { ...entry, url: redactUrl(entry.url) };
}
