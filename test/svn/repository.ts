import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';

/** A change of one path in a revision. */
export interface DumpNode {
  readonly path: string;
  readonly action: 'add' | 'change' | 'delete' | 'replace';
  /** Contents of a file; a folder has none. */
  readonly text?: string | Buffer;
  readonly properties?: Readonly<Record<string, string>>;
  readonly copyFrom?: { readonly path: string; readonly revision: number };
  /** Where it is neither text nor copy that tells. */
  readonly kind?: 'file' | 'dir';
}

export interface DumpRevision {
  readonly message?: string;
  readonly author?: string;
  /** As svn writes it. */
  readonly date?: string;
  readonly nodes: readonly DumpNode[];
}

/** A Subversion repository upstream, which tests add revisions to. */
export class SubversionRepository {
  constructor(readonly folder: string) {
    mkdirSync(path.dirname(folder), { recursive: true });
    if (!existsSync(folder)) execFileSync('svnadmin', ['create', folder]);
  }

  get url(): string {
    return `file://${this.folder}`;
  }

  get youngest(): number {
    return Number(this.look('youngest'));
  }

  /** What `svnlook` prints. */
  look(subcommand: string, ...words: readonly string[]): string {
    return this.lookBytes(subcommand, ...words).toString('utf8');
  }

  lookBytes(subcommand: string, ...words: readonly string[]): Buffer {
    const env = { ...process.env, LC_ALL: 'C.UTF-8' };
    return execFileSync('svnlook', [subcommand, this.folder, ...words], { env, maxBuffer: 1 << 28 });
  }

  load(dump: Buffer): void {
    execFileSync('svnadmin', ['load', '-q', '--bypass-prop-validation', this.folder], { input: dump });
  }

  /** Adds revisions; those without a date are a day after the one before. */
  commit(...revisions: readonly DumpRevision[]): void {
    const first = this.youngest + 1;
    const parts = revisions.map((revision, index) => printRevision(revision, first + index));
    this.load(Buffer.concat([Buffer.from('SVN-fs-dump-format-version: 2\n\n'), ...parts]));
  }
}

/** Folders of the usual layout. */
export const layout: DumpRevision = {
  message: 'Layout',
  author: 'admin',
  date: '2025-01-01T09:00:00.000000Z',
  nodes: ['trunk', 'branches', 'tags'].map((folder) => ({ path: folder, action: 'add', kind: 'dir' })),
};

/** A revision by anna on a day of 2025. */
export function by(author: string, day: number, message: string, ...nodes: readonly DumpNode[]): DumpRevision {
  return { author, message, date: new Date(Date.UTC(2025, 0, day, 9)).toISOString().replace('Z', '000Z'), nodes };
}

function printRevision({ message, author, date, nodes }: DumpRevision, number: number): Buffer {
  const given = Object.entries({ 'svn:log': message, 'svn:author': author, 'svn:date': date });
  const properties = printProperties(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  const head = `Revision-number: ${number}\nProp-content-length: ${properties.length}\nContent-length: ${properties.length}\n\n`;
  return Buffer.concat([Buffer.from(head), properties, Buffer.from('\n'), ...nodes.map(printNode)]);
}

function printNode({ path: place, action, text, properties, copyFrom, kind }: DumpNode): Buffer {
  const content = text === undefined ? undefined : Buffer.from(text);
  const isNew = copyFrom === undefined && (action === 'add' || action === 'replace');
  const given = properties === undefined && !isNew ? undefined : printProperties(Object.entries(properties ?? {}));
  const lines = [
    `Node-path: ${place}`,
    ...(action === 'delete' ? [] : [`Node-kind: ${kind ?? (content === undefined ? 'dir' : 'file')}`]),
    `Node-action: ${action}`,
    ...(copyFrom === undefined
      ? []
      : [`Node-copyfrom-rev: ${copyFrom.revision}`, `Node-copyfrom-path: ${copyFrom.path}`]),
    ...(given === undefined || action === 'delete' ? [] : [`Prop-content-length: ${given.length}`]),
    ...(content === undefined ? [] : [`Text-content-length: ${content.length}`]),
    ...(action === 'delete' ? [] : [`Content-length: ${(given?.length ?? 0) + (content?.length ?? 0)}`]),
  ];
  const body = action === 'delete' ? [] : [given ?? Buffer.alloc(0), content ?? Buffer.alloc(0)];
  return Buffer.concat([Buffer.from(`${lines.join('\n')}\n\n`), ...body, Buffer.from('\n\n')]);
}

function printProperties(entries: readonly (readonly string[])[]): Buffer {
  const lines = entries.map(
    ([name = '', value = '']) => `K ${Buffer.byteLength(name)}\n${name}\nV ${Buffer.byteLength(value)}\n${value}\n`,
  );
  return Buffer.from(`${lines.join('')}PROPS-END\n`);
}
