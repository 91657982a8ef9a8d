import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { z } from 'zod';
import type { Correction } from './schema-corrections.js';

const folder = fileURLToPath(new URL('./schema', import.meta.url));
const jsonObject = z.record(z.string(), z.unknown());

/** The published JSON Schemas, by their path, with some places replaced. */
export class PublishedSchemas {
  readonly #ajv: Ajv2020;
  readonly #schemas: ReadonlyMap<string, Record<string, unknown>>;

  constructor(corrections: readonly Correction[]) {
    this.#schemas = new Map(
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.includes('/') || file === 'utils.json')
        .filter((file) => file.endsWith('.json'))
        .map((file) => [file, jsonObject.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')))]),
    );
    for (const correction of corrections) {
      this.#replace(correction);
    }
    this.#ajv = new Ajv2020({ strict: false });
    addFormats.default(this.#ajv);
    this.#ajv.addFormat('url', true);
    for (const schema of this.#schemas.values()) {
      this.#ajv.addSchema(schema);
    }
  }

  /** Exported files and the place of their schema, as the published index has them. */
  get exports(): ReadonlyMap<string, { readonly schema: string; readonly definition: string }> {
    const index = z
      .record(z.string(), z.union([z.string(), z.record(z.string(), z.string())]))
      .parse(JSON.parse(readFileSync(join(folder, 'schema-exports.json'), 'utf8')));
    return new Map(
      Object.entries(index).flatMap(([schema, target]) =>
        typeof target === 'string'
          ? [[target, { schema, definition: this.#root(schema) }] as const]
          : Object.entries(target).map(([definition, file]) => [file, { schema, definition }] as const),
      ),
    );
  }

  /** Validates against a place of a schema, such as `/$defs/vcs_version`. */
  validator(schema: string, pointer: string): ValidateFunction {
    const id = z.string().parse(this.#schemas.get(schema)?.['$id']);
    return this.#ajv.compile({ $ref: `${id}#${pointer}` });
  }

  /** Name of the definition that the elements of an array have, or undefined where it is no array of objects. */
  itemsOf(schema: string, definition: string): string | undefined {
    const items = z
      .object({ items: z.object({ $ref: z.string() }) })
      .safeParse(this.#at(schema, ['$defs', definition])).data;
    return items?.items.$ref.split('/').at(-1);
  }

  fieldsOf(schema: string, definition: string): readonly string[] {
    return Object.keys(jsonObject.catch({}).parse(this.#at(schema, ['$defs', definition, 'properties'])));
  }

  /** Finds what a reference in a file stands for, as `../utils.json#/$defs/datetime`. */
  readonly resolve = (reference: string, base: string): { readonly schema: unknown; readonly base: string } => {
    const [path = '', pointer = ''] = reference.split('#');
    const file = path === '' ? base : join(dirname(base), path);
    return { schema: this.#at(file, pointer.split('/').slice(1)), base: file };
  };

  #root(schema: string): string {
    const reference = z.string().parse(this.#schemas.get(schema)?.['$ref']);
    return reference.split('/').at(-1) ?? '';
  }

  #at(schema: string, path: readonly string[]): unknown {
    return path.reduce<unknown>((value, key) => jsonObject.catch({}).parse(value)[key], this.#schemas.get(schema));
  }

  #replace({ schema, at, to }: Correction): void {
    const path = at.split('/').slice(1);
    const last = path.pop() ?? '';
    let holder: Record<string, unknown> | undefined = this.#schemas.get(schema);
    for (const key of path) {
      const child = holder === undefined ? undefined : jsonObject.parse(holder[key]);
      if (holder !== undefined && child !== undefined) {
        holder[key] = child;
      }
      holder = child;
    }
    if (holder === undefined) {
      throw new Error(`no schema ${schema}`);
    }
    holder[last] = to;
  }
}
