import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Values of `{{NAME}}` in the files of a case. */
export type Placeholders = Map<string, string>;

export function fill(text: string, placeholders: Placeholders): string {
  let filled = text;
  for (const [name, value] of placeholders) filled = filled.replaceAll(`{{${name}}}`, value);
  return filled;
}

/** Puts the placeholders back, the longest value first. */
export function unfill(text: string, placeholders: Placeholders): string {
  let unfilled = text;
  const longestFirst = [...placeholders].sort(([, a], [, b]) => b.length - a.length);
  for (const [name, value] of longestFirst) unfilled = unfilled.replaceAll(value, `{{${name}}}`);
  return unfilled;
}

/** Copies the files of a folder, if it is there, with their placeholders filled and all other bytes as they are. */
export function copyFilled(from: string, to: string, placeholders: Placeholders): void {
  for (const name of listFiles(from)) {
    const target = path.join(to, name);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, fill(readFileSync(path.join(from, name), 'latin1'), placeholders), 'latin1');
  }
}

/** Files below a folder, relative to it; none where there is no folder. */
export function listFiles(folder: string): readonly string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}
