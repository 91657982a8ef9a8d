import path from 'node:path';
import { z } from 'zod';
import type { StepContext } from '../step-source.js';
import { readYaml } from '../yaml-file.js';
import { type ForecastDate, parseForecastFormat } from './forecast.js';

/** What a command line says. */
export interface SeatsOptions {
  /** Names of workbooks or patterns; `Seats.xls` by default. */
  readonly filenames?: readonly string[] | undefined;
  /** Read workbooks also where those of the same names were read before. */
  readonly force?: boolean | undefined;
}

/** A name, which YAML may take for a number. */
const text = z.union([z.string(), z.number().transform(String)]);
const keys = z.union([text.transform((key) => [key]), z.array(text)]);

const configurationSchema = z.object({
  sheet: text,
  filename: text.optional(),
  projects: z.record(z.string(), keys).nullish(),
  prefixes: z.array(text).nullish(),
  ignore: z.array(text).nullish(),
});

/** How the workbooks are to be read. */
export interface SeatsConfiguration {
  /** Name of the sheet with the seats. */
  readonly sheet: string;
  readonly forecastDate: ForecastDate;
  /** Keys of the projects that share the seats of a row, by the name that the row has. */
  readonly projects: ReadonlyMap<string, readonly string[]>;
  /** What is taken off the front of a name. */
  readonly prefixes: readonly string[];
  /** How the name of a row begins behind which there is nothing more. */
  readonly ignore: readonly string[];
}

/** @throws {ConfigError} where `seats.yml` is not there, or is wrong */
export async function readConfiguration({ home }: Pick<StepContext, 'home'>): Promise<SeatsConfiguration> {
  const file = path.resolve(home, 'seats.yml');
  const { sheet, filename, projects, prefixes, ignore } = await readYaml(file, configurationSchema);
  return {
    sheet,
    forecastDate: filename === undefined ? () => undefined : parseForecastFormat(filename, file),
    projects: new Map(Object.entries(projects ?? {})),
    prefixes: prefixes ?? [],
    ignore: ignore ?? [],
  };
}
