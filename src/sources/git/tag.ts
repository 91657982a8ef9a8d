import { parseSignature } from '../../git/commit-object.js';
import type { Signature } from '../../git/history.js';
import { ObjectReader } from '../../git/object-reader.js';
import { ProcessGroup } from '../../git/process-group.js';
import { runGit } from '../../git/run.js';
import type { Logger } from '../../log/logger.js';
import type { GitContext } from './git-context.js';

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

/** All tags of a repository in the order of their names. One that leads to no commit is skipped with a log line. */
export async function* readTags(git: GitContext, log: Logger): AsyncGenerator<Tag> {
  const format = '--format=%(objectname) %(objecttype) %(refname)';
  const refs = await runGit({ ...git, arguments: ['for-each-ref', format, 'refs/tags'] });
  const processes = new ProcessGroup(git);
  const objects = new ObjectReader(processes);
  try {
    for (const line of refs.split('\n').filter((text) => text !== '')) {
      const [object = '', type = '', ...ref] = line.split(' ');
      const name = ref.join(' ').slice('refs/tags/'.length);
      const tag = await readTag(name, object, type, objects);
      if (tag === undefined) log.info(`Tag ${name} leads to no commit, and is skipped`);
      else yield tag;
    }
  } finally {
    await processes.stop();
  }
}

async function readTag(name: string, object: string, type: string, objects: ObjectReader): Promise<Tag | undefined> {
  if (type !== 'tag') return type === 'commit' ? { name, commit: object } : undefined;
  const outer = await readTagObject(object, objects);
  let inner = outer;
  for (let depth = 0; inner.type === 'tag' && depth < deepestNesting; depth += 1) {
    inner = await readTagObject(inner.object, objects);
  }
  return inner.type === 'commit' ? { name, commit: inner.object, annotation: outer } : undefined;
}

async function readTagObject(name: string, objects: ObjectReader): Promise<TagObject> {
  objects.request([name]);
  return parseTagObject(await objects.next(name, 'tag'));
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
