const falsyValues: ReadonlySet<string> = new Set(['false', 'no', 'off', '-', '0', '']);

/** Whether a value means "not set". As in the original, its case counts: `False` is a value like any other. */
export function isFalsy(value: string): boolean {
  return falsyValues.has(value);
}
