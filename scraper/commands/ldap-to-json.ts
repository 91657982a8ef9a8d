import { ldapSource } from '../../src/sources/ldap/index.js';
import { defineStepCommand } from '../step-command.js';

const text = { type: 'string', requiresArg: true } as const;

export const command = defineStepCommand(
  (yargs) =>
    yargs
      .option('group', { ...text, describe: 'Name of the group; that of section [groups] by default' })
      .option('server', { ...text, describe: 'URL of the server (ldap.server)' })
      .option('root', { ...text, describe: 'DN below which is searched (ldap.root_dn)' })
      .option('manager', { ...text, describe: 'DN that logs in (ldap.manager_dn)' })
      .option('manager-password', { ...text, describe: 'Password of that DN (ldap.manager_password)' })
      .option('group-attr', { ...text, describe: 'Attribute of a group that lists its members (ldap.group_attr)' })
      .option('search-filter', { ...text, describe: 'Filter that finds a member, {} in it (ldap.search_filter)' })
      .option('display-name', { ...text, describe: 'Attribute with the name to show (ldap.display_name)' })
      .option('user-id', { ...text, describe: 'Attribute with the login name', default: 'uid' })
      .option('user-email', { ...text, describe: 'Attribute with the e-mail address', default: 'mail' }),
  (args) =>
    ldapSource({
      group: args.group,
      server: args.server,
      root: args.root,
      manager: args.manager,
      managerPassword: args['manager-password'],
      groupAttribute: args['group-attr'],
      searchFilter: args['search-filter'],
      displayName: args['display-name'],
      userId: args['user-id'],
      userEmail: args['user-email'],
    }),
);
