const form = /^(?<name>.*) \[skipped: needs (?<lack>.*)\]$/s;

/** Name of a `describe` that is skipped for what the machine lacks; `lackOf` reads it back. */
export function skippedName(name: string, lack: string): string {
  return `${name} [skipped: needs ${lack}]`;
}

/** What a skipped `describe` lacks; undefined where the name is that of another. */
export function lackOf(name: string): { readonly name: string; readonly lack: string } | undefined {
  const groups = form.exec(name)?.groups;
  return groups === undefined ? undefined : { name: groups['name'] ?? '', lack: groups['lack'] ?? '' };
}
