import fc from 'fast-check';
import { z } from 'zod';

const nodeSchema = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  allOf: z.array(z.unknown()).optional(),
  pattern: z.string().optional(),
  format: z.string().optional(),
  minLength: z.int().optional(),
  maxLength: z.int().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  items: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  patternProperties: z.record(z.string(), z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
  required: z.array(z.string()).optional(),
});
type Node = z.output<typeof nodeSchema>;

/** A schema that a reference stands for, and where it stands itself. */
export interface Resolved {
  readonly schema: unknown;
  /** What its own references are relative to. */
  readonly base: string;
}

/** Finds what a reference in a file stands for. */
export type Resolve = (reference: string, base: string) => Resolved;

const examples: Readonly<Record<string, readonly string[]>> = {
  'date-time': ['2024-02-03T04:05:06Z', '2024-02-03T04:05:06.123456+00:00', '1999-12-31T23:59:59-05:00'],
  date: ['2024-02-29', '1999-12-31'],
  email: ['jan@example.org', 'a.b+c@example.com'],
  uri: ['http://example.org/a?b=c', 'https://example.org:8443/', 'ssh://git@example.org/a.git'],
  url: ['http://example.org/a?b=c'],
};

const scalar = fc.oneof(fc.string({ maxLength: 20 }), fc.integer(), fc.double({ noNaN: true }), fc.boolean());

/**
 * Values for a JSON Schema, as far as its keywords that are known here say; filter them by a validator. Keys that it
 * does not name are among those of objects.
 */
export class SchemaValues {
  constructor(private readonly resolve: Resolve) {}

  of(schema: unknown, base: string): fc.Arbitrary<unknown> {
    const parsed = nodeSchema.safeParse(schema);
    if (!parsed.success) return fc.oneof(scalar, fc.constant(null));
    const node = parsed.data;
    if (node.$ref !== undefined) {
      const { schema: target, base: place } = this.resolve(node.$ref, base);
      return this.of(target, place);
    }
    if ('const' in node) return fc.constant(node.const);
    if (node.enum !== undefined) return fc.constantFrom(...node.enum);
    const choices = node.anyOf ?? node.oneOf;
    const own = node.type === undefined ? undefined : this.ofType(node, base);
    if (choices === undefined) return own ?? this.ofAll(node, base) ?? fc.oneof(scalar, fc.constant(null));
    const chosen = fc.oneof(...choices.map((choice) => this.of(choice, base)));
    // An object that must be one of several has the properties of both.
    return own === undefined || node.properties === undefined ? chosen : merged([chosen, own]);
  }

  private ofAll({ allOf }: Node, base: string): fc.Arbitrary<unknown> | undefined {
    return allOf === undefined ? undefined : merged(allOf.map((part) => this.of(part, base)));
  }

  private ofType(node: Node, base: string): fc.Arbitrary<unknown> {
    const types = [node.type ?? []].flat();
    const parts = types.map((type) => this.ofOneType(type, node, base));
    const inherited = this.ofAll(node, base);
    const value = fc.oneof(...parts);
    return inherited === undefined ? value : merged([inherited, value]);
  }

  private ofOneType(type: string, node: Node, base: string): fc.Arbitrary<unknown> {
    switch (type) {
      case 'string':
        return textOf(node);
      case 'integer':
        return fc.integer({
          min: Math.max(node.minimum ?? -1e9, -(2 ** 31)),
          max: Math.min(node.maximum ?? 1e9, 2 ** 31 - 1),
        });
      case 'number':
        return fc.double({ min: node.minimum ?? -1e9, max: node.maximum ?? 1e9, noNaN: true });
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'array':
        return fc.array(this.of(node.items, base), { maxLength: 3 });
      case 'object':
        return this.objectOf(node, base);
      default:
        throw new Error(`type ${type} is not known`);
    }
  }

  private objectOf(node: Node, base: string): fc.Arbitrary<unknown> {
    const { properties = {}, required = [], patternProperties = {}, additionalProperties } = node;
    const known = Object.entries(properties).map(([name, schema]) => [name, this.of(schema, base)] as const);
    const own = fc.record(Object.fromEntries(known), { requiredKeys: required.filter((name) => name in properties) });
    const values = Object.values(patternProperties);
    const further =
      values.length > 0 ? values.map((schema) => this.of(schema, base)) : [this.of(additionalProperties, base)];
    if (additionalProperties === false && values.length === 0) return own;
    // zod passes over a key of that name, and no upstream system has it.
    const name = fc
      .string({ minLength: 1, maxLength: 12 })
      .filter((key) => key !== '__proto__' && !(key in properties));
    const most = values.length > 0 ? 3 : 1;
    const added = fc.dictionary(name, fc.oneof(...further), { maxKeys: most, noNullPrototype: true });
    const lacking = required.filter((key) => !(key in properties));
    const needed = fc.record(Object.fromEntries(lacking.map((key) => [key, fc.oneof(...further)])));
    return merged([added, needed, own]);
  }
}

function textOf({ pattern, format, minLength = 0, maxLength }: Node): fc.Arbitrary<string> {
  if (format !== undefined && format in examples) return fc.constantFrom(...(examples[format] ?? []));
  const most = maxLength ?? 60;
  if (pattern !== undefined)
    return fc.stringMatching(new RegExp(pattern), { size: 'medium' }).filter((text) => text.length <= most);
  // An emoji is one character of a database, and two of JavaScript.
  const border = fc.constantFrom('x', '\u{1f389}', 'é').map((letter) => letter.repeat(most));
  return fc.oneof(
    { weight: 5, arbitrary: fc.string({ minLength, maxLength: Math.min(most, 60), unit: 'binary' }) },
    { weight: 1, arbitrary: border },
  );
}

/** Objects with the properties of all; of values that are no objects the last. */
function merged(parts: readonly fc.Arbitrary<unknown>[]): fc.Arbitrary<unknown> {
  return fc.tuple(...parts).map((values) => {
    const last = values.at(-1);
    return values.every((value) => typeof value === 'object' && value !== null) ? Object.assign({}, ...values) : last;
  });
}
