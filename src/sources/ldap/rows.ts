import { ldap } from '../../tables/catalogue/organisation.js';
import type { TableRow } from '../../tables/definition.js';
import type { Entry } from './client.js';
import { LdapError } from './errors.js';
import type { Directory } from './options.js';

type Attributes = Pick<Directory, 'userId' | 'displayName' | 'userEmail'>;

/**
 * The row of a member; undefined where it has no e-mail address. Of an attribute with several values the first counts.
 *
 * @throws {LdapError} naming the attribute, and not the member, where one that every row needs is missing
 */
export function memberRow({ attributes }: Entry, { userId, displayName, userEmail }: Attributes): TableRow | undefined {
  const email = firstValue(attributes, userEmail);
  if (email === undefined) return undefined;
  const required = (attribute: string, option: string): string => {
    const value = firstValue(attributes, attribute);
    if (value !== undefined) return value;
    throw new LdapError(
      `A member has ${userEmail} and no attribute ${attribute}; name another one with ${option}, ` +
        `or complete the entries that the filter (&(${userEmail}=*)(!(${attribute}=*))) finds`,
    );
  };
  return {
    table: ldap,
    row: {
      name: required(userId, '--user-id'),
      display_name: required(displayName, '--display-name, or display_name of section [ldap]'),
      email,
    },
  };
}

function firstValue(attributes: Entry['attributes'], name: string): string | undefined {
  return attributes.get(name.toLowerCase())?.[0];
}
