import path from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../config/errors.js';
import { readTextFile } from '../config/text-file.js';
import type { NewTrackerValues, TrackerValues } from './source.js';

/** Subversion has numbers as versions. */
const entriesSchema = z.record(z.string(), z.union([z.string(), z.number()]));
type Entries = Record<string, string | number>;

/** Update trackers that have an entry per source of a project: `{name: value}`. */
export class SourceTrackers {
  private constructor(private readonly files: ReadonlyMap<string, Entries>) {}

  /**
   * Reads trackers; a file that is not there has no entries.
   *
   * @param exportFolder `export/<PROJECT>`
   * @throws {ConfigError} where one is malformed
   */
  static load(exportFolder: string, files: Iterable<string>): SourceTrackers {
    const names = [...new Set(files)];
    return new SourceTrackers(new Map(names.map((name) => [name, readEntries(path.join(exportFolder, name))])));
  }

  /** What the trackers have for a source. */
  of(source: string): TrackerValues {
    const values = [...this.files].flatMap(([file, entries]) => {
      const value = Object.hasOwn(entries, source) ? entries[source] : undefined;
      return value === undefined ? [] : [[file, String(value)] as const];
    });
    return Object.fromEntries(values);
  }

  /** Takes over what a source has come to. */
  update(source: string, values: NewTrackerValues): void {
    for (const [file, value] of Object.entries(values)) {
      const entries = this.files.get(file);
      // A source may be named like a property that every object has.
      if (entries !== undefined) {
        Object.defineProperty(entries, source, { value, enumerable: true, configurable: true, writable: true });
      }
    }
  }

  /** Each file with its contents. */
  contents(): readonly (readonly [file: string, text: string])[] {
    return [...this.files].map(([file, entries]) => [file, JSON.stringify(entries)]);
  }
}

function readEntries(file: string): Entries {
  const text = readTextFile(file);
  if (text === undefined) return {};
  const entries = entriesSchema.safeParse(parseJson(text));
  if (!entries.success) {
    throw new ConfigError(file, 'is no update tracker; expected {"name": "version"}. Without it, all is gathered anew');
  }
  return entries.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
