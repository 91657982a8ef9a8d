import { ConfigError } from '../../config/errors.js';
import type { GatherContext } from '../source.js';
import { parseSearchFilter, type SearchFilter } from './search-filter.js';

/** What a command line says in place of the settings. */
export interface LdapOptions {
  /** Name of the group, in place of that in `[groups]`. */
  readonly group?: string | undefined;
  readonly server?: string | undefined;
  readonly root?: string | undefined;
  readonly manager?: string | undefined;
  readonly managerPassword?: string | undefined;
  readonly groupAttribute?: string | undefined;
  readonly searchFilter?: string | undefined;
  readonly displayName?: string | undefined;
  readonly userId?: string | undefined;
  readonly userEmail?: string | undefined;
}

/** Where the directory is, and how to log in. */
export interface Server {
  readonly url: URL;
  /** Undefined for anonymous access. */
  readonly manager?: { readonly dn: string; readonly password: string };
  readonly startTls: boolean;
  /** PEM file of the certificates to trust, in place of those of the system. */
  readonly certificateFile?: string;
  /** The certificate is not verified. */
  readonly unsafe: boolean;
}

/** Where members are looked for in the directory, and which of their attributes are exported. */
export interface Directory {
  readonly server: Server;
  /** DN below which is searched. */
  readonly root: string;
  /** Undefined where nothing says which group belongs to the project. */
  readonly group?: string;
  /** Attribute of a group with a value for each member. */
  readonly groupAttribute: string;
  readonly searchFilter: SearchFilter;
  readonly displayName: string;
  readonly userId: string;
  readonly userEmail: string;
}

const section = 'ldap';

/** @throws {ConfigError} where an option is missing or cannot be used */
export function readDirectory(
  options: LdapOptions,
  context: Pick<GatherContext, 'settings' | 'credentials' | 'project'>,
): Directory {
  const { settings, project } = context;
  const required = (given: string | undefined, name: string): string => {
    const value = given ?? settings.get(section, name);
    if (value === undefined || value === '') {
      throw new ConfigError(settings.file, `option "${name}" of section [${section}] is not set`);
    }
    return value;
  };
  const group = options.group ?? settings.get('groups', project);
  const template = required(options.searchFilter, 'search_filter');
  return {
    server: readServer(required(options.server, 'server'), options, context),
    root: required(options.root, 'root_dn'),
    ...(group === undefined ? {} : { group }),
    groupAttribute: required(options.groupAttribute, 'group_attr'),
    searchFilter: parseSearchFilter(template, `search_filter of [${section}]`),
    displayName: required(options.displayName, 'display_name'),
    userId: options.userId ?? 'uid',
    userEmail: options.userEmail ?? 'mail',
  };
}

function readServer(
  address: string,
  options: LdapOptions,
  { settings, credentials }: Pick<GatherContext, 'settings' | 'credentials'>,
): Server {
  const url = parseAddress(address);
  const dn = options.manager ?? settings.get(section, 'manager_dn');
  const certificateFile = settings.get(section, 'cert');
  return {
    url,
    ...(dn === undefined || dn === '' ? {} : { manager: { dn, password: readPassword(options, settings, dn) } }),
    startTls: url.protocol === 'ldap:' && settings.get(section, 'start_tls') !== undefined,
    ...(certificateFile === undefined ? {} : { certificateFile }),
    unsafe: credentials.get(url.host, 'unsafe_hosts') !== undefined,
  };
}

/** A login without password succeeds at many servers, as nobody in particular. */
function readPassword({ managerPassword }: LdapOptions, settings: GatherContext['settings'], dn: string): string {
  const password = managerPassword ?? settings.get(section, 'manager_password');
  if (password === undefined || password === '') {
    throw new ConfigError(
      settings.file,
      `option "manager_password" of section [${section}] is not set, but there is a manager, ${dn}`,
    );
  }
  return password;
}

function parseAddress(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !['ldap:', 'ldaps:'].includes(url.protocol) || url.hostname === '') {
    throw new ConfigError(`server of [${section}]`, 'expected ldap://host or ldaps://host, with :port where needed');
  }
  return url;
}
