import { statSync } from 'node:fs';
import {
  type ConfigurationFile,
  type ConfigurationKind,
  expectation,
  optionsOf,
  placeOf,
  readConfiguration,
  setValue,
  wrongValue,
} from './configuration-file.js';
import type { Environment } from './environment.js';
import type { IniOption } from './ini.js';
import type { OptionDefinition } from './option.js';
import { error, type Problem, problemsOf, warning } from './problem.js';
import { isPlaceholder } from './template.js';

/** What both configuration files are checked for: that they can be read, and every option by itself. */
export interface CheckedFile {
  readonly problems: readonly Problem[];
  /** Undefined where the file is malformed. */
  readonly configuration: ConfigurationFile | undefined;
}

export function checkFile(
  kind: ConfigurationKind,
  environment: Environment,
  define: (section: string, option: string) => OptionDefinition | undefined,
): CheckedFile {
  let configuration: ConfigurationFile | undefined;
  const problems = problemsOf(() => {
    configuration = readConfiguration(kind, environment);
  });
  if (configuration === undefined) return { problems, configuration };
  return { problems: [...checkPresence(configuration), ...checkSections(configuration, define)], configuration };
}

function checkPresence({ file, exists }: ConfigurationFile): readonly Problem[] {
  if (!exists) return [warning(file, 'does not exist; until it does, environment variables stand in for it')];
  const mode = statSync(file).mode & 0o777;
  if ((mode & 0o077) === 0) return [];
  return [warning(file, `may be read by others (mode ${mode.toString(8)}); it holds secrets: chmod 600`)];
}

function checkSections(
  configuration: ConfigurationFile,
  define: (section: string, option: string) => OptionDefinition | undefined,
): readonly Problem[] {
  return [...configuration.ini.sections].flatMap(([section, { line }]) => {
    if (isPlaceholder(section)) {
      return [
        warning(placeOf(configuration, line), `section [${section}] is left as in the template; name it or remove it`),
      ];
    }
    return [...optionsOf(configuration, section)].flatMap(([name, option]) =>
      checkOption(configuration, section, name, option, define(section, name)),
    );
  });
}

function checkOption(
  configuration: ConfigurationFile,
  section: string,
  name: string,
  option: IniOption,
  definition: OptionDefinition | undefined,
): readonly Problem[] {
  const place = placeOf(configuration, option.line);
  const subject = `option "${name}" of section [${section}]`;
  if (isPlaceholder(name.toUpperCase())) {
    return [warning(place, `${subject} is left as in the template; name it or remove it`)];
  }
  if (definition === undefined) return [warning(place, `${subject} is not known; nothing reads it`)];
  if (isPlaceholder(option.value)) {
    return [warning(place, `${subject} is left as in the template and counts as not set; set it, or to "-"`)];
  }
  const value = setValue(option);
  const expected = value === undefined ? undefined : expectation(definition, value);
  if (expected === undefined) return [];
  const { message } = wrongValue(configuration, section, name, option, definition, expected);
  return [error(place, message.slice(place.length + 2))];
}
