import { DropboxError, denied, missing } from './failure.js';

export type Area = 'export' | 'update';

/** What a path of an agent means: its home, one of the two folders in it, or something of a project. */
export type Location = { readonly kind: 'home' } | { readonly kind: 'area'; readonly area: Area } | ProjectLocation;

export interface ProjectLocation {
  readonly kind: 'project';
  readonly area: Area;
  readonly project: string;
  /** Components below `export/<PROJECT>`; none for that folder itself. */
  readonly rest: readonly string[];
}

const longestPath = 4096;
const longestName = 255;
/** Folders that an agent may make below `export/<PROJECT>`, one in the other. */
const deepest = 4;
const decoder = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Buffer): string {
  if (bytes.length > longestPath) {
    throw new DropboxError('invalid', 'File name too long');
  }
  try {
    return decoder.decode(bytes);
  } catch {
    throw new DropboxError('invalid', 'Invalid argument: the name is not UTF-8');
  }
}

function checkComponent(name: string): string {
  if (Buffer.byteLength(name) > longestName) {
    throw new DropboxError('invalid', 'File name too long');
  }
  if (/\p{Cc}/u.test(name)) {
    throw new DropboxError('invalid', 'Invalid argument: the name has control characters');
  }
  return name;
}

/**
 * The components of a path as an agent writes it. `~`, `/` and the empty path are its home.
 *
 * @throws DropboxError for `..`, bytes that are not UTF-8, control characters, and names or paths that are too long
 */
export function parsePath(path: Buffer): readonly string[] {
  const parts = decode(path).split('/');
  const named = parts[0] === '~' ? parts.slice(1) : parts;
  const components = named.filter((part) => part !== '' && part !== '.').map(checkComponent);
  if (components.includes('..')) {
    throw denied('".." is not allowed in paths');
  }
  return components;
}

/** As parsePath, but takes `..` away with the component before it, never above the home: for showing, not for opening. */
export function simplifyPath(path: Buffer): readonly string[] {
  const simple: string[] = [];
  for (const part of decode(path).split('/')) {
    if (part === '..') {
      simple.pop();
    } else if (part !== '' && part !== '.' && !(part === '~' && simple.length === 0)) {
      simple.push(checkComponent(part));
    }
  }
  return simple;
}

/**
 * Says what a path means for an agent that has certain projects.
 *
 * @throws DropboxError for anything but `export` and `update` and what is in them for these projects
 */
export function locate(components: readonly string[], projects: ReadonlySet<string>): Location {
  const [area, project, ...rest] = components;
  if (area === undefined) {
    return { kind: 'home' };
  }
  if (area !== 'export' && area !== 'update') {
    throw missing();
  }
  if (project === undefined) {
    return { kind: 'area', area };
  }
  if (!projects.has(project)) {
    throw denied('this agent does not have that project');
  }
  if (rest.some((name) => name.startsWith('.'))) {
    throw denied('names that begin with a dot are not served');
  }
  if (rest.length > deepest + 1) {
    throw denied('too many folders in each other');
  }
  return { kind: 'project', area, project, rest };
}

/** How paths are shown to agents and in logs. */
export function showPath(components: readonly string[]): string {
  return `/${components.join('/')}`;
}
