import { hash } from 'node:crypto';
import type { TableDefinition } from './definition.js';
import type { Row, RowValue } from './row.js';
import type { Secrets } from './secrets.js';
import { compileUsernameRules } from './usernames.js';

/** Rows repeat few people: results are remembered up to this number of values. */
const REMEMBERED = 50_000;

/** Lower-case hexadecimal SHA-256 of salt, value and pepper, each in UTF-8. */
export function encrypt(value: string, salts: Secrets['salts']): string {
  return hash('sha256', salts.salt + value + salts.pepper, 'hex');
}

/** Replaces personal fields of rows by pseudonyms, by the rules of the secrets that the controller gave. */
export class Pseudonymiser {
  readonly #encrypt: (value: string) => string;
  readonly #encryptUsername: (value: string) => string;
  readonly #active: boolean;

  /**
   * @param secrets undefined where the agent has none: rows are then marked as not encrypted
   * @throws {PatternError} where a pattern of the username rules cannot be used
   */
  constructor(secrets: Secrets | undefined) {
    this.#active = secrets !== undefined;
    const salts = secrets?.salts ?? { salt: '', pepper: '' };
    const rewrite = compileUsernameRules(secrets?.usernames ?? []);
    // "0" stands for an unknown person and must stay recognisable.
    const pseudonym = (value: string) => (value === '0' ? value : encrypt(value, salts));
    this.#encrypt = remember(pseudonym);
    this.#encryptUsername = remember((value) => pseudonym(rewrite(value)));
  }

  /**
   * The row as it may leave the agent. Rows of a table without personal fields, and rows that are encrypted already,
   * come back as they are.
   *
   * @throws {PatternError} where a username rule takes too long on a name
   */
  apply(table: Pick<TableDefinition, 'encrypt' | 'marksClearText'>, row: Row): Row {
    const isUnmarked = !this.#active && table.marksClearText === false;
    if (table.encrypt.length === 0 || isUnmarked || (row['encrypted'] ?? '0') !== '0') {
      return row;
    }
    const result = copyOf(row);
    if (this.#active) {
      for (const field of table.encrypt) {
        const value = row[field];
        if (typeof value === 'string') {
          result[field] = field.endsWith('username') ? this.#encryptUsername(value) : this.#encrypt(value);
        }
      }
    }
    result['encrypted'] = this.#active ? '1' : '0';
    return result;
  }
}

/** Several times as fast as spreading rows that have few fields in common, as rows have whose empty fields are left out. */
function copyOf(row: Row): Record<string, RowValue> {
  const copy: Record<string, RowValue> = {};
  for (const field in row) {
    const value = row[field];
    if (value !== undefined) copy[field] = value;
  }
  return copy;
}

function remember(compute: (value: string) => string): (value: string) => string {
  const known = new Map<string, string>();
  return (value) => {
    const found = known.get(value);
    if (found !== undefined) {
      return found;
    }
    const result = compute(value);
    if (known.size >= REMEMBERED) {
      known.clear();
    }
    known.set(value, result);
    return result;
  };
}
