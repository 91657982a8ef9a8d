import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { encrypt, Pseudonymiser } from '../../../src/tables/pseudonym.js';
import { secretsSchema } from '../../../src/tables/secrets.js';
import { compileUsernameRules } from '../../../src/tables/usernames.js';

const row = z.record(z.string(), z.string());
const pair = z.object({ in: row, out: row });
const vectors = z
  .object({
    salts: z.array(z.object({ salt: z.string(), pepper: z.string(), value: z.string(), encrypted: z.string() })),
    usernames: z.object({
      secrets: secretsSchema,
      encrypt_fields: z.array(z.string()),
      vectors: z.array(z.object({ username: z.string(), after_replacement: z.string(), row })),
      rows: z.array(pair),
      rows_without_secrets: z.array(pair),
    }),
  })
  .parse(JSON.parse(readFileSync(fileURLToPath(new URL('../../wire/encryption.json', import.meta.url)), 'utf8')));
const { secrets, encrypt_fields: fields } = vectors.usernames;

describe('encrypt', () => {
  it.each(vectors.salts)('hashes $value with $salt', ({ salt, pepper, value, encrypted }) => {
    expect(encrypt(value, { salt, pepper })).toBe(encrypted);
  });
});

describe('Pseudonymiser', () => {
  it.each(vectors.usernames.vectors)('rewrites and encrypts $username', (vector) => {
    expect(compileUsernameRules(secrets.usernames)(vector.username)).toBe(vector.after_replacement);
    const input = { username: vector.username, email: vector.username, id: '1' };
    expect(new Pseudonymiser(secrets).apply({ encrypt: fields }, input)).toEqual(vector.row);
  });

  it.each(vectors.usernames.rows)('encrypts the row $in', (rows) => {
    expect(new Pseudonymiser(secrets).apply({ encrypt: fields }, rows.in)).toEqual(rows.out);
  });

  it.each(vectors.usernames.rows_without_secrets)('marks the row $in without secrets', (rows) => {
    expect(new Pseudonymiser(undefined).apply({ encrypt: fields }, rows.in)).toEqual(rows.out);
  });

  it('leaves rows of tables without personal fields as they are', () => {
    const input = { username: 'a' };
    expect(new Pseudonymiser(secrets).apply({ encrypt: [] }, input)).toBe(input);
  });

  it('keeps no more than a bounded number of results', () => {
    const pseudonymiser = new Pseudonymiser(secrets);
    for (let index = 0; index < 60_000; index += 1) {
      pseudonymiser.apply({ encrypt: ['email'] }, { email: `${index}@example.org` });
    }
    const again = pseudonymiser.apply({ encrypt: ['email'] }, { email: '1@example.org' });
    expect(again['email']).toBe(encrypt('1@example.org', secrets.salts));
  });
});
