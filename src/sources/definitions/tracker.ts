import { z } from 'zod';
import { ConfigError } from '../../config/errors.js';
import type { SourceEntry } from '../source.js';
import type { Revision, TargetRow } from './server.js';

const trackerSchema = z.object({
  sources: z.array(z.looseObject({ type: z.string(), name: z.string(), url: z.string() })),
  versions: z.record(z.string(), z.string()).default({}),
  targets: z.record(z.string(), z.record(z.string(), z.string())).nullish(),
});

type Contents = z.output<typeof trackerSchema>;

/** How far the servers of a project have been asked: revisions by the URL of the server. */
export class DefinitionTracker {
  #contents: Contents;
  #isChanged = false;

  private constructor(contents: Contents) {
    this.#contents = contents;
  }

  /** @throws {ConfigError} where it is malformed */
  static parse(file: string, text: string | undefined): DefinitionTracker {
    if (text === undefined) return new DefinitionTracker({ sources: [], versions: {} });
    const { data } = trackerSchema.safeParse(parseJson(text));
    if (data === undefined) throw new ConfigError(file, 'is no update tracker; without it, all is gathered anew');
    return new DefinitionTracker(data);
  }

  /** Whether there is something new to write. */
  get isChanged(): boolean {
    return this.#isChanged;
  }

  /** Revision that a server has been asked up to. */
  versionOf({ url }: SourceEntry): string | undefined {
    return Object.hasOwn(this.#contents.versions, url) ? this.#contents.versions[url] : undefined;
  }

  /** Targets of the last version, by the name of their metric. */
  get targets(): Readonly<Record<string, TargetRow>> {
    return this.#contents.targets ?? {};
  }

  set targets(targets: Readonly<Record<string, TargetRow>>) {
    this.#contents = { ...this.#contents, targets: { ...targets } };
  }

  advance({ type, name, url }: SourceEntry, { id }: Revision): void {
    const { sources, versions } = this.#contents;
    const isKnown = sources.some((one) => one.type === type && one.name === name && one.url === url);
    this.#contents = {
      ...this.#contents,
      sources: isKnown ? sources : [...sources, { type, name, url }],
      versions: { ...versions, [url]: id },
    };
    this.#isChanged = true;
  }

  /** Has the server asked from the beginning. */
  forget({ url }: SourceEntry): void {
    const { [url]: _, ...versions } = this.#contents.versions;
    this.#contents = { ...this.#contents, versions };
    this.#isChanged = true;
  }

  /** Servers are asked side by side, and end in any order. */
  toString(): string {
    const key = ({ type, url }: Contents['sources'][number]): string => `${type} ${url}`;
    const sources = this.#contents.sources.toSorted((left, right) => (key(left) < key(right) ? -1 : 1));
    return JSON.stringify({ ...this.#contents, sources });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
