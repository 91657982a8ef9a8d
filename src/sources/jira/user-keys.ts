import type { Entry } from './changes.js';
import type { Fields } from './fields.js';
import type { People } from './people.js';

/** Finds out the names of users whom changelogs tell by key, each once. */
export class UserKeys {
  readonly #asked = new Map<string, Promise<void>>();

  /** @param ask undefined where changelogs have what users are known by, as on the Cloud */
  constructor(
    private readonly people: People,
    private readonly ask: ((key: string) => Promise<unknown>) | undefined,
  ) {}

  async learn(entries: readonly Entry[], fields: Fields): Promise<void> {
    if (this.ask === undefined) return;
    await Promise.all([...unknownKeys(entries, fields, this.people)].map((key) => this.learnKey(key, this.ask)));
  }

  private learnKey(key: string, ask: UserKeys['ask']): Promise<void> {
    const asked = this.#asked.get(key) ?? Promise.resolve(ask?.(key)).then((user) => this.people.learn(key, user));
    this.#asked.set(key, asked);
    return asked;
  }
}

function unknownKeys(entries: readonly Entry[], fields: Fields, people: People): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { history } of entries) {
    for (const { field, from } of history.items) {
      const index = fields.ofChanges.get(field);
      const isPerson = index !== undefined && fields.columns[index]?.types.includes('developer') === true;
      if (isPerson && from.id !== undefined && from.id !== '' && !people.knows(from.id)) keys.add(from.id);
    }
  }
  return keys;
}
