import fc from 'fast-check';
import { by, type DumpNode, type DumpRevision, layout } from './repository.js';

type Files = Map<string, string>;

interface Step {
  readonly kind: 'write' | 'delete' | 'copy' | 'replace' | 'move' | 'property' | 'folder';
  readonly file: string;
  readonly other: string;
  readonly text: string;
  readonly binary: boolean;
}

const names = ['a.txt', 'b (nonexistent)', 'Index: c', 'é@1', '50% d#', 'lib/x', 'lib/y z', 'lib/deep/--- q'];
const line = fc.oneof(
  fc.constantFrom(
    'same',
    'other',
    '--- a',
    '+++ b',
    '@@ -1,5 +1,5 @@',
    'Index: z',
    '='.repeat(67),
    '',
    '\\ No newline',
  ),
  fc.string({ unit: 'binary-ascii', maxLength: 12 }).map((text) => text.replace(/[\r\n\0]/g, '')),
);
const text = fc
  .array(fc.tuple(line, fc.constantFrom('\n', '\n', '\n', '\r\n', '\r')), { maxLength: 12 })
  .chain((lines) => fc.constantFrom('', 'open end').map((end) => `${lines.map((one) => one.join('')).join('')}${end}`));
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('write', 'write', 'write', 'delete', 'copy', 'replace', 'move', 'property', 'folder'),
  file: fc.constantFrom(...names),
  other: fc.constantFrom(...names),
  text,
  binary: fc.boolean(),
});

/** Revisions of a trunk with files whose names and lines look like those of a diff. */
export const randomHistory: fc.Arbitrary<readonly DumpRevision[]> = fc
  .array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 8, maxLength: 16 })
  .map((revisions) => {
    const files: Files = new Map();
    const folders = ['lib', 'lib/deep'].map((folder): DumpNode => ({ path: `trunk/${folder}`, action: 'add' }));
    return [
      layout,
      by('anna', 2, 'Folders', ...folders),
      ...revisions.map((steps, index) => by('anna', index + 3, 'Steps', ...nodesOf(steps, files, index + 2))),
    ];
  });

/** One change for each path at most, as a commit has it. */
function nodesOf(steps: readonly Step[], files: Files, before: number): readonly DumpNode[] {
  const touched = new Set<string>();
  const earlier = new Map(files);
  return steps.flatMap((one): readonly DumpNode[] => {
    if (touched.has(one.file) || touched.has(one.other)) return [];
    const nodes = nodeOf(one, files, earlier, before);
    for (const { path } of nodes) touched.add(path.slice('trunk/'.length));
    return nodes;
  });
}

function nodeOf(one: Step, files: Files, earlier: Files, before: number): readonly DumpNode[] {
  const path = `trunk/${one.file}`;
  const there = files.has(one.file);
  const note = one.text.length % 2 === 0 ? {} : { note: 'Index: note\n@@ -1 +1 @@' };
  const properties = one.binary ? { 'svn:mime-type': 'application/x' } : note;
  if (one.kind === 'write') {
    files.set(one.file, one.text);
    return [{ path, text: one.text, ...(there ? { action: 'change' } : { action: 'add', properties }) }];
  }
  if (one.kind === 'copy' || one.kind === 'move') return copyOf(one, files, earlier, before);
  if (!there) return [];
  if (one.kind === 'property') return [{ path, action: 'change', kind: 'file', properties }];
  if (one.kind === 'replace') return [{ path, action: 'replace', text: one.text, properties }];
  if (one.kind === 'delete') {
    files.delete(one.file);
    return [{ path, action: 'delete' }];
  }
  return [];
}

function copyOf(one: Step, files: Files, earlier: Files, before: number): readonly DumpNode[] {
  const source = earlier.get(one.other);
  if (files.has(one.file) || source === undefined || !files.has(one.other) || one.file === one.other) return [];
  const copyFrom = { path: `trunk/${one.other}`, revision: before };
  files.set(one.file, source);
  const copy: DumpNode = { path: `trunk/${one.file}`, action: 'add', kind: 'file', copyFrom };
  if (one.kind === 'copy') return [copy];
  files.delete(one.other);
  return [copy, { path: `trunk/${one.other}`, action: 'delete' }];
}
