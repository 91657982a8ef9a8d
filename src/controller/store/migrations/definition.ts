/** One step of the schema. A landed migration is never changed: what it got wrong, a later one puts right. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly statements: readonly string[];
}
