import { listFiles } from '../src/agent/step-files.js';
import { steps } from '../src/agent/steps.js';
import { pipelineSteps } from '../src/pipeline/steps.js';
import { describeSources, type SourceDescription } from '../src/sources/registry.js';
import { stepSources } from '../src/sources/step-registry.js';
import { commands } from './commands.js';

/** `docs/sources.md`: every source, with its tables and trackers, and every step that gathers. */
export function sourcesPage(): string {
  const sources = [
    '| type | step | tables | trackers | from |',
    '| --- | --- | --- | --- | --- |',
    ...everySource().map(row),
  ];
  const gathering = ['| step | what it does | files | scrape | pipeline |', '| --- | --- | --- | --- | --- |'];
  return `${introduction}\n\n${sources.join('\n')}\n\n${stepIntroduction}\n\n${[...gathering, ...stepRows()].join('\n')}\n`;
}

/** Every command that gathers, in the order of the help. */
function stepRows(): readonly string[] {
  const known = new Set([...everySource(), ...steps.filter(({ gathers }) => gathers !== undefined)].map(stepNameOf));
  for (const { name } of pipelineSteps) known.add(name);
  return commands.flatMap(({ usage, summary }) => {
    const [name = ''] = usage.split(' ', 1);
    if (!known.has(name)) return [];
    const isInPipeline = pipelineSteps.some((step) => step.name === name);
    const files = [...listFiles('export', [name]), ...listFiles('update', [name])];
    return [`| \`${name}\` | ${summary} | ${codes(files)} | ${inScrape(name)} | ${isInPipeline ? 'yes' : 'no'} |`];
  });
}

function stepNameOf(step: { readonly step: string } | { readonly name: string }): string {
  return 'step' in step ? step.step : step.name;
}

function inScrape(name: string): string {
  const gathers = steps.find((step) => step.name === name)?.gathers;
  if (gathers === undefined) return 'no';
  return gathers === 'always' ? 'yes' : 'by `gathererScripts`';
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

const stepIntroduction = `## Steps

Each step is a command, with its options in [commands.md](commands.md). A scrape of an agent has those with *yes*, and the
others where \`gathererScripts\` names them; [the pipeline](pipeline.md) of a central installation has those of its
column. What each system must be, which permissions a token needs, and all options of a source are in the \`README.md\` of
its folder below [src/sources](../src/sources).`;
