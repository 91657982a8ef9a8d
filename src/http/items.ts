import { z } from 'zod';

/** A list, with what of it could not be read. */
export interface Items<T> {
  readonly items: readonly T[];
  readonly malformed: readonly { readonly identity: string; readonly reason: string }[];
}

/** What items of lists are told apart by, in the order of preference. */
const names = ['id', 'iid', 'number', 'sha', 'name'] as const;
const name = z.union([z.string(), z.number()]).optional().catch(undefined);
const identitySchema = z.object({ id: name, iid: name, number: name, sha: name, name });

/** Checks each item of a list for itself. */
export function readItems<T>(list: readonly unknown[], schema: z.ZodType<T>): Items<T> {
  const items: T[] = [];
  const malformed: { identity: string; reason: string }[] = [];
  for (const [index, value] of list.entries()) {
    const { data, error, success } = schema.safeParse(value);
    if (success) items.push(data);
    else malformed.push({ identity: identityOf(value, index), reason: reasonOf(error) });
  }
  return { items, malformed };
}

function identityOf(value: unknown, index: number): string {
  const { data } = identitySchema.safeParse(value);
  const found = names.find((field) => data?.[field] !== undefined);
  return found === undefined ? `at position ${index + 1}` : `with ${found} ${String(data?.[found]).slice(0, 100)}`;
}

/** Names fields, not their values, which may be personal. */
function reasonOf(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'item'}: ${issue.message}`)
    .join('; ');
}
