import type { Redactor } from '../log/redactor.js';
import {
  type ConfigurationFile,
  expectation,
  optionsOf,
  readConfiguration,
  setValue,
  wrongValue,
} from './configuration-file.js';
import { credentialOptions } from './credentials-schema.js';
import type { Environment } from './environment.js';
import type { IniOption, IniSection } from './ini.js';
import type { OptionDefinition } from './option.js';
import { isPlaceholder } from './template.js';

/** `credentials.cfg`: one section per host (`host` or `host:port`). */
export interface Credentials {
  readonly file: string;
  /** An option of a host, or undefined where it is absent or falsy. */
  get(host: string, option: string): string | undefined;
  /** Whether a host has the option at all, be it falsy: a falsy `username` leaves that of the URL in force. */
  has(host: string, option: string): boolean;
  /** Names of the sections in file order. */
  readonly hosts: readonly string[];
}

/** What an option of a host means; undefined where nothing reads it. */
export function credentialDefinition(option: string): OptionDefinition | undefined {
  return Object.hasOwn(credentialOptions, option) ? credentialOptions[option] : undefined;
}

/**
 * Reads `credentials.cfg` and checks every option that is set.
 *
 * @throws ConfigError where the file is malformed or a value is wrong
 */
export function loadCredentials(environment: Environment, redactor: Redactor): Credentials {
  const configuration = readConfiguration('credentials', environment);
  for (const host of configuration.ini.sections.keys()) {
    for (const [name, option] of optionsOf(configuration, host)) {
      const definition = credentialDefinition(name);
      const value = setValue(option);
      if (definition === undefined || value === undefined) continue;
      if (definition.secret === true) redactor.add(value);
      const expected = expectation(definition, value);
      if (expected !== undefined) throw wrongValue(configuration, host, name, option, definition, expected);
    }
  }
  return new IniCredentials(configuration);
}

class IniCredentials implements Credentials {
  readonly file: string;
  readonly hosts: readonly string[];

  private readonly inLowerCase: ReadonlyMap<string, IniSection>;

  constructor(private readonly configuration: ConfigurationFile) {
    const { sections } = configuration.ini;
    this.file = configuration.file;
    this.inLowerCase = new Map([...sections].map(([host, section]) => [host.toLowerCase(), section]));
    this.hosts = [...sections.keys()].filter((host) => !isPlaceholder(host));
  }

  get(host: string, option: string): string | undefined {
    return setValue(this.option(host, option));
  }

  has(host: string, option: string): boolean {
    return this.option(host, option) !== undefined;
  }

  /** The section of the host as written, else one that differs in case only: case does not matter in host names. */
  private option(host: string, option: string): IniOption | undefined {
    const { sections, defaults } = this.configuration.ini;
    const section = sections.get(host) ?? this.inLowerCase.get(host.toLowerCase());
    return section === undefined
      ? undefined
      : (section.options.get(option.toLowerCase()) ?? defaults.get(option.toLowerCase()));
  }
}
