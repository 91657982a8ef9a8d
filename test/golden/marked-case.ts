import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { GoldenCase } from './case.js';
import { listFiles } from './placeholders.js';

/** Stands before the name of each person in a marked case, and nowhere else. */
export const mark = 'zq7';

export function isMarked(text: string): boolean {
  return text.toLowerCase().includes(mark);
}

/** Names of fields that hold users, in the data of simulators. */
const personFields = new Set([
  ...['username', 'login', 'displayName', 'emailAddress', 'email', 'uniqueName', 'mail', 'fullName', 'accountId'],
]);
/** Of an object with one of those, these name the person too. */
const nameFields = ['name', 'key'];
/** These hold no users, though they have the fields of such. */
const groups = new Set(['organizations', 'groups', 'teams']);
/** Who gathers, and users that have a meaning of their own. */
const accounts = new Set(['gatherer', 'reader', 'ghost', 'admin', 'system', 'anonymous', '?']);

export interface MarkedOptions {
  /** Names of people that only stand in sentences, or in files of no known form. */
  readonly people?: readonly string[];
  /** Names of people in workbooks (XLS), whose first letters become the mark, as their length must stay. */
  readonly workbooks?: readonly string[];
  /** Paths of files that take the place of those of the configuration, by their name. */
  readonly config?: Readonly<Record<string, string>>;
}

/**
 * A copy of a golden case in which every person has another name, user name and address, which starts with the mark, and
 * whose run makes people pseudonymous.
 */
export function markedCase(
  golden: GoldenCase,
  folder: string,
  options: MarkedOptions = {},
): GoldenCase {
  cpSync(golden.folder, folder, { recursive: true });
  for (const file of listFiles(folder).filter((name) => name.endsWith('.xls'))) {
    for (const name of options.workbooks ?? []) {
      const marked = `${mark}${name.slice(mark.length)}`;
      rewrite(path.join(folder, file), (text) => text.replaceAll(inWorkbook(name), inWorkbook(marked)));
    }
  }
  const files = listFiles(folder).filter((file) => !/(^|\/)expected\//.test(file) && !/\.(md|xlsx?)$/.test(file));
  const texts = files.filter((file) => !/\.(svndump|fast-import)$/.test(file));
  const people = new Set([...(options.people ?? []), ...texts.flatMap((file) => peopleIn(path.join(folder, file)))]);
  const replace = replacer([...people]);
  for (const file of texts) rewrite(path.join(folder, file), (text) => markedText(file, text, replace));
  for (const file of files) {
    // What forges say of their repositories goes by the hashes of commits, which must stay.
    if (file.endsWith('.fast-import') && golden.simulators.length === 0) rewrite(path.join(folder, file), markGit);
    if (file.endsWith('.svndump')) rewrite(path.join(folder, file), markSubversion);
  }
  const secrets = path.join(folder, 'config', 'secrets.json');
  if (!existsSync(secrets)) writeFileSync(secrets, JSON.stringify({ salts: { salt: 'salt', pepper: 'pepper' } }));
  for (const [name, file] of Object.entries(options.config ?? {})) cpSync(file, path.join(folder, 'config', name));
  return { ...golden, folder, env: { ...golden.env, logLevel: 'DEBUG' } };
}

/** Text in UTF-16, as its bytes are read. */
function inWorkbook(text: string): string {
  return Buffer.from(text, 'utf16le').toString('latin1');
}

/** The files are of all sorts of bytes. */
function rewrite(file: string, change: (text: string) => string): void {
  const text = readFileSync(file, 'latin1');
  const changed = change(text);
  if (changed !== text) writeFileSync(file, changed, 'latin1');
}

function peopleIn(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  if (file.endsWith('.json')) return [...peopleOf(JSON.parse(text))].filter((person) => isPerson(person));
  const entries = file.endsWith('.ldif') ? text.split(/\n{2,}/).filter((entry) => /^uid: /m.test(entry)) : [];
  const values = entries.flatMap((entry) => [...entry.matchAll(/^(?:uid|cn|mail|displayName): (.+)$/gm)]);
  return values.map(([, value = '']) => value).filter((person) => isPerson(person));
}

function isPerson(text: string): boolean {
  return text.length > 2 && !accounts.has(text) && !/bot|robot/i.test(text) && !/^[\d-]+$/.test(text);
}

function* peopleOf(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  const entries = Object.entries(value);
  const isUser = !Array.isArray(value) && entries.some(([key]) => personFields.has(key));
  const isAccount = entries.some(([, item]) => typeof item === 'string' && accounts.has(item));
  for (const [key, item] of entries) {
    if (groups.has(key)) continue;
    const names = personFields.has(key) || (isUser && nameFields.includes(key));
    if (typeof item === 'string' && names && !isAccount) yield item;
    else yield* peopleOf(item);
  }
}

/** Puts the mark before each whole name. */
function replacer(people: readonly string[]): (text: string) => string {
  if (people.length === 0) return (text) => text;
  const longestFirst = people.toSorted((left, right) => right.length - left.length);
  const names = longestFirst.map((person) => person.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${names})(?![\\p{L}\\p{N}])`, 'gu');
  return (text) => text.replace(pattern, (person) => `${mark}${person}`);
}

function markedText(file: string, latin1: string, replace: (text: string) => string): string {
  const bytes = Buffer.from(latin1, 'latin1');
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes)) return latin1;
  const changed = file.endsWith('.json') ? JSON.stringify(markedJson(JSON.parse(text), replace)) : replace(text);
  return Buffer.from(changed, 'utf8').toString('latin1');
}

function markedJson(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === 'string') return replace(value);
  if (Array.isArray(value)) return value.map((item) => markedJson(item, replace));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [replace(key), markedJson(item, replace)] as const);
  return Object.fromEntries(entries);
}

function markGit(text: string): string {
  return text.replace(/^(author|committer|tagger) (.*)<(.*)>/gm, `$1 ${mark}$2<${mark}$3>`);
}

/** The record of a revision says how long its properties are, and they how long the author is. */
function markSubversion(text: string): string {
  const record = /(Revision-number: \d+\n)Prop-content-length: \d+\nContent-length: \d+\n\n([\s\S]*?PROPS-END\n)/g;
  return text.replace(record, (_, head: string, properties: string) => {
    const marked = properties.replace(
      /K 10\nsvn:author\nV \d+\n(.*)\n/,
      (_all, author: string) => `K 10\nsvn:author\nV ${mark.length + author.length}\n${mark}${author}\n`,
    );
    return `${head}Prop-content-length: ${marked.length}\nContent-length: ${marked.length}\n\n${marked}`;
  });
}
