import path from 'node:path';
import type { Environment } from './environment.js';
import { isFalsy } from './falsy.js';
import { readTextFile } from './text-file.js';
import { variables } from './variables.js';
import { packageFolder } from './version.js';

const reference = /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g;
const known: ReadonlySet<string> = new Set(variables.map(({ name }) => name));

/** Whether a value is a variable of the templates that nobody has replaced, such as `$JIRA_SERVER`. */
export function isPlaceholder(value: string): boolean {
  const name = /^\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))$/
    .exec(value)
    ?.slice(1)
    .find((match) => match !== undefined);
  return name !== undefined && known.has(name);
}

/** Text of `settings.cfg.example` or `credentials.cfg.example` as it comes with the program. */
export function templateFor(kind: 'settings' | 'credentials'): string {
  const file = path.join(packageFolder(), `${kind}.cfg.example`);
  const text = readTextFile(file);
  if (text === undefined) throw new Error(`${file} is missing from the installation`);
  return text;
}

/**
 * Replaces `$NAME` and `${NAME}` by the variables of the environment, as `envsubst` does, so that the result can be
 * read: sections and options whose name becomes falsy are left out, sections of the same name are made one (the first
 * value that is set wins), a name that holds several keys of projects stands for an option each, and values of several
 * lines are indented.
 */
export function renderTemplate(template: string, environment: Environment): string {
  const replace = (text: string): string =>
    text.replace(reference, (_, braced: string | undefined, plain: string | undefined) => {
      return environment[braced ?? plain ?? ''] ?? '';
    });
  const sections = new Map<string, Map<string, string>>();
  let options: Map<string, string> | undefined;
  for (const line of template.split('\n')) {
    const header = /^\[(.+)\]\s*$/.exec(line)?.[1];
    if (header !== undefined) {
      options = openSection(sections, oneLine(replace(header)));
      continue;
    }
    const [, names, value] = /^([^#;=\s][^=]*?)\s*=\s*(.*)$/.exec(line) ?? [];
    if (options !== undefined && names !== undefined && value !== undefined) {
      addOptions(options, oneLine(replace(names)), indented(replace(value)));
    }
  }
  return [...sections].map(([name, values]) => formatSection(name, values)).join('\n');
}

function openSection(sections: Map<string, Map<string, string>>, name: string): Map<string, string> | undefined {
  if (isFalsy(name)) return undefined;
  const options = sections.get(name) ?? new Map<string, string>();
  sections.set(name, options);
  return options;
}

function addOptions(options: Map<string, string>, names: string, value: string): void {
  for (const name of names.split(' ')) {
    // Case does not count in names of options, and these characters would end or hide one.
    const key = [...options.keys()].find((other) => other.toLowerCase() === name.toLowerCase()) ?? name;
    if (isFalsy(name) || /[=:]|^[[#;]/.test(name)) continue;
    const earlier = options.get(key);
    if (earlier === undefined || isFalsy(earlier)) options.set(key, value);
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function indented(value: string): string {
  return value.trim().replace(/\r\n|\r|\n/g, '\n\t');
}

function formatSection(name: string, options: ReadonlyMap<string, string>): string {
  return `[${name}]\n${[...options].map(([option, value]) => `${option} = ${value}`).join('\n')}\n`;
}
