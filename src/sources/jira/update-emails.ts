import { access } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError } from '../../config/errors.js';
import type { Runtime } from '../../config/runtime.js';
import { mapAhead } from '../../http/ahead.js';
import { ApiConnections } from '../../http/connections.js';
import { jiraDeveloper } from '../../tables/catalogue/jira.js';
import type { TableRow } from '../../tables/definition.js';
import { exportTables } from '../../tables/export-set.js';
import { Pseudonymiser } from '../../tables/pseudonym.js';
import { readRows } from '../../tables/reader.js';
import type { Row } from '../../tables/row.js';
import { loadSecrets, secretsFile } from '../../tables/secrets.js';
import { gatherInto } from '../gather-into.js';
import { JiraClient } from './client.js';
import type { JiraOptions } from './options.js';
import { developerRow, nameOf } from './people.js';
import { openApi, resolvePlace } from './place.js';
import { isObject, type JsonObject } from './values.js';

/** Users who are asked for ahead of the one that is written. */
const usersAhead = 8;

export interface EmailsOptions extends JiraOptions {
  readonly project: string;
}

/** How many users of a drop-in file are up to date now, and how many stay as they were. */
export interface UpdatedEmails {
  readonly updated: number;
  readonly kept: number;
}

/**
 * Brings the users in the drop-in file `data_developer.json` of a project up to date with Jira: e-mail addresses, which
 * older files lack, and names to show. Those whom Jira does not know, and those who are pseudonymous, stay as they are.
 *
 * @throws {ConfigError} where there is no such file, or Jira is not configured
 * @throws {HttpError} where Jira cannot be asked; the file is left as it is
 */
export async function updateEmails(runtime: Runtime, options: EmailsOptions): Promise<UpdatedEmails> {
  const { home, version, environment, log, signal } = runtime;
  const folder = path.join(home, 'dropins', options.project);
  const file = path.join(folder, jiraDeveloper.file);
  await access(file).catch(() => Promise.reject(new ConfigError(file, 'there is no such drop-in file')));
  const place = resolvePlace(runtime, options);
  const connections = new ApiConnections({ version, environment, log, signal });
  const pseudonymiser = new Pseudonymiser(await loadSecrets(secretsFile(home, environment)));
  try {
    const api = openApi({ connections, onProgress: (text) => log.info(text) }, place);
    const update = new DropinUpdate(await JiraClient.connect(api, place.agilePath), file, log);
    const scope = { name: file, log, signal };
    let outcome: UpdatedEmails = { updated: 0, kept: 0 };
    await exportTables({ folder, pseudonymiser, log }, async (exports) => {
      exports.declare(jiraDeveloper);
      outcome = (await gatherInto(exports, () => update.rows(), scope)).result;
    });
    return outcome;
  } finally {
    await connections.close();
  }
}

/** The new rows of one file. */
class DropinUpdate {
  constructor(
    private readonly client: JiraClient,
    private readonly file: string,
    private readonly log: Runtime['log'],
  ) {}

  async *rows(): AsyncGenerator<TableRow, UpdatedEmails> {
    let updated = 0;
    let kept = 0;
    const pairs = mapAhead(readRows(this.file), usersAhead, async (old) => ({ old, fresh: await this.find(old) }));
    for await (const { old, fresh } of pairs) {
      if (fresh === undefined) {
        kept += 1;
        // Who it is, is not for a log.
        const position = updated + kept;
        this.log.warn(`${this.file}: row ${position} stays as it is, because Jira does not know the user by that name`);
      } else {
        updated += 1;
      }
      yield { table: jiraDeveloper, row: fresh ?? old };
    }
    return { updated, kept };
  }

  /** Others may be found by the same text: the name itself counts, and where names have changed, that which is shown. */
  private async find({ name, display_name: shown, encrypted = '0' }: Row): Promise<Row | undefined> {
    if (typeof name !== 'string' || name === '' || encrypted !== '0') return undefined;
    const users = (await this.client.findUsers(name)).filter(isObject);
    const [alike, ...others] = users.filter(({ displayName }) => displayName === shown);
    const user = users.find((one) => isCalled(one, name)) ?? (others.length === 0 ? alike : undefined);
    const known = user === undefined ? undefined : nameOf(user);
    return user === undefined || known === undefined ? undefined : developerRow(known, user);
  }
}

function isCalled(user: JsonObject, name: string): boolean {
  const names = [user['name'], user['key'], user['accountId']];
  return names.some((one) => typeof one === 'string' && one.toLowerCase() === name.toLowerCase());
}
