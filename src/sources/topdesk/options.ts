import path from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../../config/errors.js';
import { type IniFile, parseIni } from '../../config/ini.js';
import { readTextFile } from '../../config/text-file.js';
import { PatternError } from '../../tables/pattern/errors.js';
import { PythonPattern } from '../../tables/pattern/pattern.js';
import type { StepContext } from '../step-source.js';
import { decodeEscapes } from './escapes.js';

/** What a command line says in place of section `[file]`. */
export interface TopdeskOptions {
  readonly file?: string | undefined;
  readonly whitelistOnly?: boolean | undefined;
  readonly delimiter?: string | undefined;
  readonly encoding?: string | undefined;
  readonly keepWithoutRequester?: boolean | undefined;
}

/** How the characters of a file are written, by the names that Python has for it. */
export const encodings = ['utf-8', 'utf-8-sig', 'utf-16', 'iso-8859-1', 'iso-8859-15', 'windows-1252'] as const;

/** Fields of a reservation, each of which has a column. */
const exportedFields = [
  ...['reservation_id', 'requester', 'number_of_people', 'description'],
  ...['start_date', 'end_date', 'prepare_date', 'close_date'],
] as const;

/** Something that descriptions may match, and whose they then are. */
export interface WhitelistEntry {
  /** Key of a project; undefined for all. */
  readonly project?: string;
  readonly pattern: PythonPattern;
}

/** Which rows of the file are reservations of the project. */
export interface Selection {
  readonly project: string;
  /** What the rows of the project have in the column `project_pass`. */
  readonly projectPass?: string;
  /** In the order in which they count: that of the project, those of others, that of all. */
  readonly whitelist: readonly WhitelistEntry[];
  /** Undefined where nothing is on it. */
  readonly blacklist?: PythonPattern;
  readonly whitelistOnly: boolean;
  readonly keepWithoutRequester: boolean;
}

export interface Dump {
  readonly file: string;
  readonly delimiter: string;
  readonly encoding: (typeof encodings)[number];
  /** Names of columns by field. */
  readonly columns: ReadonlyMap<string, string>;
  readonly selection: Selection;
}

const flag = z.stringbool({ truthy: ['true', 'yes', 'on', '1'], falsy: ['false', 'no', 'off', '0', '', '-'] });
const delimiterSchema = z
  .string()
  .transform((text) => (text === 'tab' || text === '\\t' ? '\t' : text))
  .refine((text) => text.length === 1 && !/["\r\n]/.test(text));

/** @throws {ConfigError} where `topdesk.cfg` is not there, or an option of it or of the command line is wrong */
export function readDump(
  options: TopdeskOptions,
  { home, environment, project }: Pick<StepContext, 'home' | 'environment' | 'project'>,
): Dump {
  const file = path.resolve(home, environment['GATHERER_TOPDESK_FILE'] || 'topdesk.cfg');
  const text = readTextFile(file);
  if (text === undefined) {
    throw new ConfigError(file, 'there is no such file; it names the columns of the dump and the rows of a project');
  }
  const configuration = new TopdeskConfiguration(file, parseIni(text, file));
  const columns = configuration.columns();
  const selection = configuration.selection(project, options);
  if (selection.projectPass !== undefined && !columns.has('project_pass')) {
    throw new ConfigError(file, 'option "project_pass" of section [names] is not set, but projects have one');
  }
  return {
    file: options.file ?? configuration.option('file', 'name') ?? 'topdesk-reservations.csv',
    delimiter: configuration.checked('delimiter', options.delimiter, delimiterSchema, 'one character, or tab') ?? ',',
    encoding:
      configuration.checked('encoding', options.encoding, z.enum(encodings), `one of ${encodings.join(', ')}`) ??
      'utf-8',
    columns,
    selection,
  };
}

class TopdeskConfiguration {
  constructor(
    private readonly file: string,
    private readonly ini: IniFile,
  ) {}

  option(section: string, name: string): string | undefined {
    const value = this.ini.sections.get(section)?.options.get(name.toLowerCase())?.value;
    return value === '' ? undefined : value;
  }

  /** An option of `[file]`, or what the command line has in its place. */
  checked<Value>(
    name: string,
    given: string | undefined,
    schema: z.ZodType<Value>,
    expected: string,
  ): Value | undefined {
    const value = given ?? this.option('file', name);
    if (value === undefined) return undefined;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new ConfigError(
      given === undefined ? this.file : `--${name}`,
      `option "${name}" of section [file]: expected ${expected}, not "${value}"`,
    );
  }

  columns(): ReadonlyMap<string, string> {
    const names = [...this.options('names')].map(([field, name]) => [field, decodeEscapes(name)] as const);
    const columns = new Map(names.filter(([, name]) => name !== ''));
    const missing = exportedFields.find((field) => !columns.has(field));
    if (missing === undefined) return columns;
    throw new ConfigError(this.file, `option "${missing}" of section [names] is not set; name its column`);
  }

  selection(project: string, { whitelistOnly, keepWithoutRequester }: TopdeskOptions): Selection {
    const projectPass = this.option('projects', project);
    const blacklist = this.option('blacklist', 'all');
    const isOn = (name: string, given: boolean | undefined): boolean =>
      given ?? this.checked(name, undefined, flag, 'true or false') ?? false;
    return {
      project,
      ...(projectPass === undefined ? {} : { projectPass }),
      whitelist: this.whitelist(project),
      ...(blacklist === undefined ? {} : { blacklist: this.pattern(blacklist, 'blacklist') }),
      whitelistOnly: isOn('whitelist_only', whitelistOnly),
      keepWithoutRequester: isOn('keep_without_requester', keepWithoutRequester),
    };
  }

  private whitelist(project: string): readonly WhitelistEntry[] {
    const entries = [...this.options('whitelist')]
      .filter(([, source]) => source !== '')
      .map(([name, source]) => [name.toUpperCase(), this.pattern(source, 'whitelist')] as const);
    const rank = (name: string): number => (name === project ? 0 : name === 'ALL' ? 2 : 1);
    const byName = (one: string, other: string): number => (one < other ? -1 : Number(one > other));
    return entries
      .sort(([one], [other]) => rank(one) - rank(other) || byName(one, other))
      .map(([name, pattern]) => (name === 'ALL' ? { pattern } : { project: name, pattern }));
  }

  private options(section: string): ReadonlyMap<string, string> {
    const options = this.ini.sections.get(section)?.options ?? new Map();
    return new Map([...options].map(([name, { value }]) => [name, value]));
  }

  private pattern(source: string, section: string): PythonPattern {
    try {
      return new PythonPattern(`(?i)${source}`);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      throw new ConfigError(this.file, `section [${section}]: "${source}" ${error.message}`);
    }
  }
}
