import type { EnvironmentFinder, ForgeContext, SourceEnvironment } from './repository.js';
import type { SourceEntry } from './source.js';

/** An environment with the first known source that is of it. */
export interface KnownEnvironment {
  readonly place: SourceEnvironment;
  readonly finder: EnvironmentFinder;
  /** What the source is reached with. */
  readonly context: ForgeContext;
}

/** A row of `data_environments.json`. */
export type EnvironmentRow = Omit<SourceEnvironment, 'inScope'> & { readonly version: string };

/** How environments are looked for. */
export interface EnvironmentLookup {
  readonly contextOf: (entry: SourceEntry) => ForgeContext;
  /** Undefined where the entry is of no environment. */
  readonly finderOf: (context: ForgeContext) => EnvironmentFinder | undefined;
  /** Told where the URL of a source, or an option of its host, cannot be used. */
  readonly onError: (entry: SourceEntry, error: unknown) => void;
}

/** The environments of sources, each once, with its first source. */
export function environmentsOf(
  entries: readonly SourceEntry[],
  { contextOf, finderOf, onError }: EnvironmentLookup,
): readonly KnownEnvironment[] {
  const found = new Map<string, KnownEnvironment>();
  for (const entry of entries) {
    const context = contextOf(entry);
    try {
      const finder = finderOf(context);
      const place = finder?.environmentOf(context);
      if (finder === undefined || place === undefined) continue;
      const key = JSON.stringify(place.environment);
      if (!found.has(key)) found.set(key, { place, finder, context });
    } catch (error) {
      onError(entry, error);
    }
  }
  return [...found.values()];
}

/** Environments as they are exported, with the versions that their systems tell. */
export function environmentRows(environments: readonly KnownEnvironment[]): Promise<readonly EnvironmentRow[]> {
  return Promise.all(
    environments.map(async ({ place: { type, url, environment }, finder, context }) => {
      return { type, url, environment, version: await finder.findVersion(context) };
    }),
  );
}
