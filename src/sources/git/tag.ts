import { parseSignature } from '../../git/commit-object.js';
import type { Signature } from '../../git/history.js';
import { ObjectDatabase } from '../../git/object-database.js';
import { ProcessGroup } from '../../git/process-group.js';
import type { Logger } from '../../log/logger.js';
import type { GitContext } from './git-context.js';
import type { Reference } from './references.js';

/** What an annotated tag says itself. */
export interface Annotation {
  readonly tagger?: Signature;
  /** Lines end in LF, whichever line end of Unicode they had; the last one is dropped. */
  readonly message: string;
}

/** A tag that leads to a commit. */
export interface Tag {
  /** Without `refs/tags/`. */
  readonly name: string;
  /** The commit that it leads to, through all tags of tags. */
  readonly commit: string;
  /** Absent for a lightweight tag. */
  readonly annotation?: Annotation;
}

/** The parts of a tag object. */
export interface TagObject extends Annotation {
  readonly object: string;
  readonly type: string;
}

/** Line ends of Python's `str.splitlines`. */
const lineEnd = new RegExp(`\r\n|[${'\n\v\f\r\u001c\u001d\u001e\u0085\u2028\u2029'}]`);
const deepestNesting = 100;

/** Tag objects that are asked for at once. */
const batchSize = 256;

/**
 * The tags of references, in their order. One that leads to no commit is skipped with a log line.
 *
 * @param references each names a tag object, or what a lightweight tag leads to
 */
export async function* readTags(git: GitContext, references: readonly Reference[], log: Logger): AsyncGenerator<Tag> {
  const processes = new ProcessGroup(git);
  try {
    const objects = new TagObjects(processes);
    for (let start = 0; start < references.length; start += batchSize) {
      for (const tag of await readBatch(references.slice(start, start + batchSize), objects)) {
        if (typeof tag === 'string') log.info(`Tag ${tag} leads to no commit, and is skipped`);
        else yield tag;
      }
    }
  } finally {
    await processes.stop();
  }
}

/** Reads tag objects. */
class TagObjects {
  /** Many repositories have no annotated tag at all. */
  #objects: Promise<ObjectDatabase> | undefined;

  constructor(private readonly processes: ProcessGroup) {}

  async read(names: readonly string[]): Promise<TagObject[]> {
    if (names.length === 0) return [];
    this.#objects ??= ObjectDatabase.open(this.processes);
    const objects = await this.#objects;
    objects.ask({ contents: names });
    const contents = await objects.contents(names);
    return contents.map((content) => parseTagObject(Buffer.from(content, 'latin1')));
  }
}

/** The tags of references, or their names where they lead to no commit. */
async function readBatch(references: readonly Reference[], objects: TagObjects): Promise<readonly (Tag | string)[]> {
  const annotated = references.filter(({ type }) => type === 'tag');
  const contents = await objects.read(annotated.map(({ object }) => object));
  const read = new Map(annotated.map(({ name }, index) => [name, contents[index]]));
  const tags: (Tag | string)[] = [];
  for (const { name, object, type } of references) {
    const annotation = read.get(name);
    const commit = await findCommit(annotation ?? { object, type }, objects);
    const details = annotation === undefined ? {} : { annotation };
    tags.push(commit === undefined ? name : { name, commit, ...details });
  }
  return tags;
}

/** The commit at the end of a row of tags. */
async function findCommit(outer: Pick<TagObject, 'object' | 'type'>, objects: TagObjects): Promise<string | undefined> {
  let inner: typeof outer | undefined = outer;
  for (let depth = 0; inner?.type === 'tag' && depth < deepestNesting; depth += 1) {
    [inner] = await objects.read([inner.object]);
  }
  return inner?.type === 'commit' ? inner.object : undefined;
}

/** Reads a tag object: headers, an empty line, the message; bytes that are not UTF-8 become U+FFFD. */
export function parseTagObject(body: Buffer): TagObject {
  const end = body.indexOf('\n\n');
  const headers = body.toString('utf8', 0, end < 0 ? body.length : end).split('\n');
  const message = end < 0 ? '' : body.toString('utf8', end + 2);
  const tagger = header(headers, 'tagger');
  return {
    object: header(headers, 'object') ?? '',
    type: header(headers, 'type') ?? '',
    message: joinLines(message),
    ...(tagger === undefined ? {} : { tagger: parseSignature(tagger) }),
  };
}

function header(headers: readonly string[], name: string): string | undefined {
  return headers.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1);
}

function joinLines(message: string): string {
  const lines = message.split(lineEnd);
  if (lines.at(-1) === '') lines.pop();
  return lines.join('\n');
}
