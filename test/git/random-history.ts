import fc from 'fast-check';

/*
 * Histories for `git fast-import` that hold what is rare: merges of up to four parents (with changes of their own, or
 * none), several roots, renames with and without edits, moved folders, changes of type and mode, submodules, binaries,
 * files without a last line end, empty commits, clocks that run backwards, odd paths, encodings and people.
 */

/** One step of a history; numbers choose among what is there when the step is taken. */
export interface Step {
  readonly kind: 'commit' | 'merge' | 'root';
  readonly on: number;
  readonly others: readonly number[];
  readonly edits: readonly Edit[];
  readonly clock: number;
  readonly text: number;
}

interface Edit {
  readonly kind:
    | 'write'
    | 'change'
    | 'rename'
    | 'rename-and-change'
    | 'delete'
    | 'mode'
    | 'link'
    | 'submodule'
    | 'folder';
  readonly path: number;
  readonly target: number;
  readonly content: number;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom<Edit['kind'][]>(
    'write',
    'write',
    'change',
    'change',
    'rename',
    'rename-and-change',
    'delete',
    'mode',
    'link',
    'submodule',
    'folder',
  ),
  path: fc.nat(40),
  target: fc.nat(40),
  content: fc.nat(200),
});

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom<Step['kind'][]>('commit', 'commit', 'commit', 'merge', 'merge', 'root'),
  on: fc.nat(5),
  others: fc.uniqueArray(fc.nat(5), { minLength: 1, maxLength: 3 }),
  edits: fc.array(edit, { maxLength: 6 }),
  clock: fc.integer({ min: -400, max: 1000 }),
  text: fc.nat(40),
});

export const randomHistory: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 8, maxLength: 30 });

/** The stream for `git fast-import`; its branch is master. */
export function fastImportStream(steps: readonly Step[]): Buffer {
  return new StreamWriter().write(steps);
}

const PATHS = [
  'a.txt',
  'b.txt',
  'src/one.ts',
  'src/two.ts',
  'src/deep/three.ts',
  'lib/one.ts',
  'tab\there.txt',
  'quote".txt',
  'new\nline',
  'é.txt',
  'x => y',
  '{a => b}/c',
  ' blank ',
  '-dash',
  ':colon',
  '1\t2\tnumbers',
].map((path) => Buffer.from(path));
const ODD_PATHS = [Buffer.from([0x63, 0xe9]), Buffer.from([0xff, 0xfe, 0x2f, 0x80]), Buffer.from('0'.repeat(40))];
const ALL_PATHS = [...PATHS, ...ODD_PATHS];

const MESSAGES = [
  "Merge branch 'feature/one'\n",
  "Merge branch 'two' into develop\n\nbody\n",
  "Merge remote-tracking branch 'origin/three'\n",
  'Merge pull request 7 from team/four into master\n',
  'PROJ12 merge\n',
  'Merge five > master\n',
  'Nothing known\n',
  '',
  'no line end',
  '\n\nleading lines\n\n\n',
  'caf\xe9\n',
  'carriage\r\nreturn\n',
];

const PEOPLE = [
  'Anna <anna@example.org>',
  'Ren\xe9 <rene@example.org>',
  ' <nobody@example.org>',
  '"A" (B) <odd@example.org>',
  'Eva <>',
];

const ENCODINGS = [undefined, undefined, 'ISO-8859-1', 'windows-1251', 'UTF-8'];

class StreamWriter {
  readonly #parts: (string | Buffer)[] = ['feature done\n'];
  /** Marks of the commits, the newest last. */
  readonly #tips: number[] = [];
  readonly #files = new Map<number, Set<string>>();
  #mark = 0;
  #time = 1_700_000_000;

  write(steps: readonly Step[]): Buffer {
    for (const step of steps) this.#commit(step);
    // The last commit joins all loose ends, so that everything is reached from master.
    const [on, ...others] = this.#tips.slice(-8).reverse();
    this.#header(0, 500, on === undefined ? [] : [on, ...others]);
    this.#parts.push('\ndone\n');
    return Buffer.concat(this.#parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
  }

  #commit(step: Step): void {
    const parent = step.kind === 'root' ? undefined : this.#tips.at(-1 - (step.on % Math.max(1, this.#tips.length)));
    const others = step.kind === 'merge' ? step.others.flatMap((other) => this.#tips.at(-1 - other) ?? []) : [];
    const parents = [...new Set([...(parent === undefined ? [] : [parent]), ...others])];
    const mark = this.#header(step.text, step.clock, parents);
    const files = new Set(parents[0] === undefined ? [] : this.#files.get(parents[0]));
    for (const one of step.edits) this.#edit(one, files);
    this.#files.set(mark, files);
    this.#parts.push('\n');
    this.#tips.push(mark);
  }

  #header(text: number, clock: number, parents: readonly number[]): number {
    const mark = ++this.#mark;
    this.#time += clock;
    const person = PEOPLE[text % PEOPLE.length] ?? '';
    const encoding = ENCODINGS[text % ENCODINGS.length];
    const message = MESSAGES[text % MESSAGES.length] ?? '';
    this.#parts.push(
      `${parents.length === 0 ? 'reset refs/heads/master\n\n' : ''}commit refs/heads/master\nmark :${mark}\n`,
      `author ${person} ${this.#time - 60} +0130\ncommitter ${person} ${this.#time} -0200\n`,
      encoding === undefined ? '' : `encoding ${encoding}\n`,
      `data ${message.length}\n${message}\n`,
      ...parents.map((parent, index) => `${index === 0 ? 'from' : 'merge'} :${parent}\n`),
    );
    return mark;
  }

  #edit({ kind, path, target, content }: Edit, files: Set<string>): void {
    const present = [...files];
    const existing = present[path % Math.max(1, present.length)];
    const fresh = (ALL_PATHS[target % ALL_PATHS.length] ?? Buffer.alloc(0)).toString('latin1');
    const wanted = kind === 'write' || kind === 'submodule' || kind === 'link' ? fresh : (existing ?? fresh);
    if (kind.startsWith('rename') && existing !== undefined) this.#rename(existing, fresh, files);
    if (kind === 'rename') return;
    const place = kind === 'rename-and-change' ? fresh : wanted;
    if (kind === 'delete') this.#delete(place, files);
    else if (kind === 'folder') this.#put(`${place}/inside`, '100644', fileContent(content), files);
    else if (kind === 'link') this.#put(place, '120000', Buffer.from('a.txt'), files);
    else if (kind === 'mode') this.#put(place, '100755', fileContent(content - (content % 20)), files);
    else if (kind === 'submodule') this.#submodule(place, content, files);
    else this.#put(place, '100644', fileContent(content), files);
  }

  #rename(from: string, to: string, files: Set<string>): void {
    if (from === to || to.startsWith(`${from}/`) || from.startsWith(`${to}/`)) return;
    this.#clear(to, files);
    if (!files.delete(from)) return;
    files.add(to);
    this.#parts.push(`R ${quoted(from)} ${quoted(to)}\n`);
  }

  #delete(path: string, files: Set<string>): void {
    if (files.delete(path)) this.#parts.push(`D ${quoted(path)}\n`);
  }

  #put(path: string, mode: string, content: Buffer, files: Set<string>): void {
    this.#clear(path, files);
    files.add(path);
    this.#parts.push(`M ${mode} inline ${quoted(path)}\ndata ${content.length}\n`, content, '\n');
  }

  #submodule(path: string, content: number, files: Set<string>): void {
    this.#clear(path, files);
    files.add(path);
    this.#parts.push(`M 160000 ${(content % 4).toString().repeat(39)}1 ${quoted(path)}\n`);
  }

  /** A file takes the place of the folder of its name, and of files that would have to be its folders. */
  #clear(path: string, files: Set<string>): void {
    for (const file of files) {
      if (file === path || file.startsWith(`${path}/`) || path.startsWith(`${file}/`)) files.delete(file);
    }
  }
}

function quoted(path: string): string {
  const escaped = path
    .replace(/["\\]/g, (char) => `\\${char}`)
    .replace(/[\t\n]/g, (char) => (char === '\t' ? '\\t' : '\\n'));
  return `"${escaped}"`;
}

/** Some contents are like each other, so that renames are found; some are binary, empty or lack the last line end. */
function fileContent(seed: number): Buffer {
  if (seed % 13 === 0) return Buffer.alloc(0);
  const lines = Array.from({ length: 20 }, (_, line) => `${seed % 20}: line ${line} ${line === seed % 7 ? seed : ''}`);
  const body = lines.slice(0, 10 + (seed % 11)).join('\n');
  if (seed % 11 === 0) return Buffer.from(`${body}\0binary\n`);
  return Buffer.from(seed % 5 === 0 ? body : `${body}\n`);
}
