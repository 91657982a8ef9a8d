import { ldap } from '../../tables/catalogue/organisation.js';
import type { TableRow } from '../../tables/definition.js';
import { type FileContents, type StepContext, type StepSource, Unchanged } from '../step-source.js';
import type { DirectoryClient } from './client.js';
import type { Directory, LdapOptions } from './options.js';
import { memberRow } from './rows.js';

/** `ldap-to-json`: the members of the project's group in an LDAP directory. */
export function ldapSource(options: LdapOptions = {}): StepSource {
  return {
    step: 'ldap-to-json',
    types: [],
    tables: [ldap],
    trackers: [],
    async *gather(context) {
      const { signal } = context;
      const { client, directory } = await open(options, context);
      const stop = (): void => void client.close();
      signal.addEventListener('abort', stop);
      try {
        return yield* gatherMembers(client, directory, context);
      } finally {
        signal.removeEventListener('abort', stop);
        await client.close();
      }
    },
  };
}

/** The library comes with the first connection: most runs of the program need none. */
async function open(
  options: LdapOptions,
  context: StepContext,
): Promise<{ readonly client: DirectoryClient; readonly directory: Directory }> {
  const [{ readDirectory }, { connectTo }, { DirectoryClient }] = await Promise.all([
    import('./options.js'),
    import('./connection.js'),
    import('./client.js'),
  ]);
  const directory = readDirectory(options, context);
  const connection = await connectTo(directory.server, context);
  return { client: new DirectoryClient(connection, directory, context.log), directory };
}

async function* gatherMembers(
  client: DirectoryClient,
  directory: Directory,
  { project, log }: StepContext,
): AsyncGenerator<TableRow, FileContents> {
  const { group, userId, displayName, userEmail } = directory;
  if (group === undefined) {
    log.fatal(`No LDAP group is known for project ${project}; name it in section [groups] of the settings`);
    log.info(`Known LDAP groups: ${(await client.groupNames()).join(', ')}`);
    throw new Unchanged('there is no group for the project');
  }
  const members = await client.members(group);
  if (members.length === 0) log.warn(`The LDAP group "${group}" has no members`);
  let skipped = 0;
  for await (const entry of client.users(members, [userId, displayName, userEmail])) {
    const row = memberRow(entry, directory);
    if (row === undefined) skipped += 1;
    else yield row;
  }
  if (skipped > 0) log.info(`Members without ${userEmail}, which are left out: ${skipped}`);
  return {};
}
