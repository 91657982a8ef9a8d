import { describeSources, type SourceDescription } from '../src/sources/registry.js';
import { stepSources } from '../src/sources/step-registry.js';

/** `docs/sources.md`: every source, with its tables and trackers. */
export function sourcesPage(): string {
  return `${introduction}\n\n${['| type | step | tables | trackers | from |', '| --- | --- | --- | --- | --- |', ...everySource().map(row)].join('\n')}\n`;
}

/** Sources that are gathered one by one, then the steps that ask for a project as a whole. */
export function everySource(): readonly SourceDescription[] {
  return [...describeSources(), ...stepSources];
}

function row({ types, step, tables, trackers, origin }: SourceDescription): string {
  const files = tables.map(({ file }) => file);
  const cells = [codes(types), codes([step]), codes(files), codes(trackers), origin ?? 'built in'];
  return `| ${cells.join(' | ')} |`;
}

function codes(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

const introduction = `# Sources

Made by \`npm run docs\` from the registry of sources; do not edit. \`gatherer sources\` prints the same of an installation,
and \`gatherer docs FOLDER\` writes this page, with what its plug-ins add.

A source is an entry of \`export/<PROJECT>/data_sources.json\`: \`{"type": "git", "name": "webshop", "url": "https://..."}\`.
Its \`type\` says what gathers it:`;
