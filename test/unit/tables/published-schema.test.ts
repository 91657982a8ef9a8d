import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jsonSchemaOf } from '../../../src/tables/documentation.js';
import { documents, findDocument, findTable, tables } from '../../../src/tables/index.js';
import { SchemaValues } from '../../json-schema-arbitrary.js';
import { PublishedSchemas } from '../../published-schema.js';
import { corrections, deviations } from '../../schema-corrections.js';

const published = new PublishedSchemas(corrections);
const RUNS = 400;
/** Values that are made whole, of which most are accepted. */
const SAMPLES = 150;

const lengths = [10, 20, 21, 32, 33, 64, 65, 100, 101, 255, 256, 500, 501, 1000, 1001];
/** Values at the borders of what the schemas accept. */
const pool: readonly unknown[] = [
  ...['', '0', '1', '-1', '-2', '5', '12', '123456789', '1234567890', '12345678901', '1.5', '-1.5', '1e+21', '1.'],
  ...['2024-02-30', '2024-02-03', '2024-13-01', '0', '2024-02', '2024-02-03 04:05:06', '0001-01-01 01:01:01'],
  ...['2024-02-03T04:05:06', '2024-02-03T04:05:06+00:00', '2024-02-03T04:05:06.123456+00:00'],
  ...['2024-02-03T04:05:06+0000', '2024-02-03T04:05:06Z', 'abc', 'ABC', 'ABC-1', 'abc-1', 'abcdef0123', 'é', ' -12 '],
  ...['jan@example.org', 'no address', '0'.repeat(64), 'f'.repeat(100), 'f'.repeat(101), 'A'.repeat(21), 'tests_x'],
  ...[
    'M',
    'T',
    'X',
    'commit',
    'merge',
    'tag',
    'old',
    'context',
    'git',
    'tfvc',
    'jira',
    'sonar',
    'count',
    'rating',
    '<',
  ],
  ...['http://example.org/a', 'git@example.org:a.git', 'NaN', 'None', '\n', '12\n'],
  ...lengths.map((length) => 'x'.repeat(length)),
  ...lengths.map((length) => '\u{1f389}'.repeat(length)),
  ...[null, true, false, 0, 5, -5, 1.5, 2147483647, 2147483648, [], ['a'], [null], [1], {}, { a: 'b' }],
];

/** Objects whose fields are valid but for one or two, which are anything. */
function objects(schema: string, definition: string, added: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  const fields = [...new Set([...published.fieldsOf(schema, definition), ...added, 'added'])];
  const valid = fields.map((field) => {
    const known = published.fieldsOf(schema, definition).includes(field);
    const accepts = known ? published.validator(schema, `/$defs/${definition}/properties/${field}`) : () => true;
    return fc.option(fc.constantFrom(...pool.filter((value) => accepts(value))), {
      freq: known ? 8 : 1,
      nil: undefined,
    });
  });
  const change = fc.tuple(fc.constantFrom(...fields), fc.option(fc.constantFrom(...pool), { nil: undefined }));
  return fc.tuple(fc.tuple(...valid), fc.array(change, { maxLength: 2 })).map(([values, changes]) => {
    const entries = [...fields.map((field, index) => [field, values[index]] as const), ...changes];
    return Object.fromEntries([...new Map(entries)].filter(([, value]) => value !== undefined));
  });
}

function ajvOf(schema: object) {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  return ajv.compile(schema);
}

/** Checks that both say the same of all inputs, and that they accept some and refuse some. */
function expectAgreement(
  inputs: fc.Arbitrary<unknown>,
  verdicts: Readonly<Record<string, (value: unknown) => boolean>>,
): void {
  const seen = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(inputs, (input) => {
      const results = Object.entries(verdicts).map(([name, accepts]) => [name, accepts(input)] as const);
      const first = results[0]?.[1] ?? false;
      seen[first ? 'accepted' : 'refused'] += 1;
      expect(Object.fromEntries(results)).toEqual(Object.fromEntries(results.map(([name]) => [name, first])));
    }),
    { numRuns: RUNS },
  );
  expect(seen.accepted).toBeGreaterThan(RUNS / 100);
  expect(seen.refused).toBeGreaterThan(RUNS / 100);
}

const tableFiles = [
  ...[...published.exports].filter(([file]) => findTable(file) !== undefined),
  ['data_bigboat.json', { schema: 'bigboat/status.json', definition: 'bigboat_statuses' }] as const,
];

describe('tables', () => {
  it('are all there', () => {
    const missing = [...published.exports.keys()].filter(
      (file) => (findTable(file) ?? findDocument(file)) === undefined,
    );
    expect(missing).toEqual([]);
    const files = [...tables, ...documents].map(({ file }) => file);
    expect(new Set(files).size).toBe(files.length);
  });

  it.each(tableFiles)('accept the rows that the published schema accepts, and no others: %s', (file, place) => {
    const table = findTable(file);
    const item = published.itemsOf(place.schema, place.definition);
    if (table === undefined || item === undefined) {
      throw new Error('no rows');
    }
    const needed = ['encrypted', 'base_name', 'domain_name', 'domain_type', 'scale'];
    expectAgreement(
      objects(place.schema, item, [...table.encrypt, ...needed.slice(table.encrypt.length > 0 ? 0 : 1)]),
      {
        published: published.validator(place.schema, `/$defs/${item}`),
        ours: (row) => table.row.safeParse(row).success,
        'our JSON Schema': ajvOf(jsonSchemaOf(table.row)),
      },
    );
  });
});

describe('deviations', () => {
  const asPublished = new PublishedSchemas([]);

  it.each(deviations)('are still needed: $reason', ({ corrections: places }) => {
    expect(places.length).toBeGreaterThan(0);
    for (const { schema, at, to } of places) {
      const { schema: there } = asPublished.resolve(`#${at}`, schema);
      expect(there, `${schema}#${at}`).not.toEqual(to);
    }
  });
});

describe('documents', () => {
  const shapes: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    'data_jenkins.json': objects('jenkins/statistics.json', 'stats', []),
    'data_project.json': objects('project/metadata.json', 'project_metadata', []),
    'seats_files.json': fc.oneof(fc.array(fc.string()), fc.array(fc.constantFrom(...pool), { maxLength: 2 })),
  };
  // A source called __proto__ would be passed over by zod.
  const name = fc.string({ minLength: 1 }).filter((text) => text !== '__proto__');
  const source = fc.oneof(
    fc.constant({ type: 'git', name: 'a', url: 'http://example.org' }),
    objects('project/sources.json', 'source', []),
  );
  const update = fc.record(
    {
      sources: fc.array(source, { maxLength: 2 }),
      versions: fc.dictionary(name, fc.constantFrom(...pool.slice(0, 30)), { maxKeys: 1 }),
      targets: fc.oneof(
        fc.constant(null),
        fc.dictionary(name, fc.dictionary(name, fc.constantFrom(...pool), { maxKeys: 2 })),
      ),
    },
    { requiredKeys: ['sources'] },
  );
  const tracked = fc.dictionary(name, fc.constantFrom(...pool), { maxKeys: 2 });

  it.each([...published.exports].filter(([file]) => findDocument(file) !== undefined))(
    'accept what the published schema accepts, and nothing else: %s',
    (file, { schema, definition }) => {
      const document = findDocument(file)?.schema ?? z.never();
      expectAgreement(shapes[file] ?? (schema === 'quality/update.json' ? update : tracked), {
        published: published.validator(schema, `/$defs/${definition}`),
        ours: (value) => document.safeParse(value).success,
        'our JSON Schema': ajvOf(jsonSchemaOf(document)),
      });
    },
  );
});

describe('values made from the schemas', () => {
  const theirs = new SchemaValues(published.resolve);
  const ours = new SchemaValues((reference) => {
    throw new Error(`${reference} is not in the schema itself`);
  });
  const places = [
    ...published.exports,
    ['data_bigboat.json', { schema: 'bigboat/status.json', definition: 'bigboat_statuses' }] as const,
    ['metric_names.json', { schema: 'quality/metric_names.json', definition: 'metric_names' }] as const,
  ];

  /** Checks that what one side makes and accepts, the other accepts too. */
  function expectAccepted(
    values: fc.Arbitrary<unknown>,
    makes: (value: unknown) => boolean,
    accepts: (value: unknown) => boolean,
  ): void {
    const kept = fc.sample(values, { numRuns: SAMPLES, seed: 1 }).filter((value) => makes(value));
    expect(kept.length).toBeGreaterThan(SAMPLES / 10);
    expect(kept.filter((value) => !accepts(value))).toEqual([]);
  }

  it.each(places)('are accepted by the other side: %s', (file, { schema, definition }) => {
    const item = published.itemsOf(schema, definition);
    const table = findTable(file);
    const own = (item === undefined ? undefined : table?.row) ?? findDocument(file)?.schema;
    if (own === undefined) throw new Error(`${file} has no schema`);
    const pointer = `/$defs/${item ?? definition}`;
    const isPublished = published.validator(schema, pointer);
    const ownJson = jsonSchemaOf(own);
    const isOwn = (value: unknown) => own.safeParse(value).success;
    const isOwnJson = ajvOf(ownJson);
    const { schema: node } = published.resolve(`#${pointer}`, schema);
    expectAccepted(theirs.of(node, schema), isPublished, isOwn);
    expectAccepted(theirs.of(node, schema), isPublished, isOwnJson);
    expectAccepted(ours.of(ownJson, ''), isOwn, isPublished);
    expectAccepted(ours.of(ownJson, ''), isOwnJson, isPublished);
  });
});
