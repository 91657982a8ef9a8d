import path from 'node:path';
import type { Runtime } from '../../config/runtime.js';
import { guilds } from '../../tables/catalogue/organisation.js';
import type { TableDefinition, TableRow } from '../../tables/definition.js';
import { exportTables } from '../../tables/export-set.js';
import { localTime } from '../../tables/local-time.js';
import { Pseudonymiser } from '../../tables/pseudonym.js';
import { loadSecrets, secretsFile } from '../../tables/secrets.js';
import { gatherInto } from '../gather-into.js';
import { type GuildsConfiguration, readConfiguration } from './options.js';
import { guildRows } from './rows.js';

/** What gathering needs of a run. */
export type GuildsRuntime = Pick<Runtime, 'home' | 'environment' | 'log' | 'signal'>;

/**
 * `guilds-to-json`: the meetings of guilds, which belong to no project, from a workbook into the working directory.
 *
 * @param filename of the workbook; the last word of it is the year, where it is one
 * @throws {ConfigError} where `guilds.yml` is not there, or is wrong
 * @throws {InputError} where the workbook cannot be read
 * @throws {ExportError} where the table cannot be written
 */
export async function gatherGuilds({ home, environment, log, signal }: GuildsRuntime, filename: string): Promise<void> {
  const configuration = await readConfiguration(home);
  const pseudonymiser = new Pseudonymiser(await loadSecrets(secretsFile(home, environment)));
  const table = tableOf(configuration);
  const year =
    yearOf(filename) ??
    Number(
      localTime(environment)
        .format(Date.now() / 1000)
        .slice(0, 4),
    );
  await exportTables({ folder: home, pseudonymiser, log }, async (exports) => {
    exports.declare(table);
    const file = path.resolve(home, filename);
    const { rows } = await gatherInto(exports, () => readGuilds(file, { table, year, configuration }), {
      ...{ name: 'guilds-to-json', log, signal },
    });
    log.info(`guilds-to-json: ${rows.get(table.name) ?? 0} meetings`);
  });
}

interface Reading {
  readonly table: TableDefinition;
  readonly year: number;
  readonly configuration: GuildsConfiguration;
}

async function* readGuilds(file: string, { table, year, configuration }: Reading): AsyncGenerator<TableRow, null> {
  const { readSheet } = await import('../workbook/workbook.js');
  const sheet = await readSheet(file, 0);
  for (const row of guildRows(sheet, year, configuration)) yield { table, row };
  return null;
}

/** The table with the fields that name people by the configuration. */
function tableOf({ columns }: GuildsConfiguration): TableDefinition {
  const people = [...columns.values()].flatMap((known) => ('part' in known || !known.person ? [] : [known.type]));
  return { ...guilds, encrypt: people };
}

/** The year in a name such as `Guilds 2024.xls`. */
function yearOf(filename: string): number | undefined {
  const [stem = ''] = path.basename(filename).split('.', 1);
  const word = stem.split(' ').at(-1) ?? '';
  return /^\d{4}$/.test(word) ? Number(word) : undefined;
}
