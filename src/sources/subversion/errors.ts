import { SvnError } from '../../svn/run.js';
import type { Location } from '../location.js';

/** Numbers of svn and serf for a failed login. */
const login = ['E170001', 'E215004'] as const;
const certificate = ['E230001'] as const;
/** Connections that were refused, cut or too slow; another try may succeed. */
const connection = ['E170013', 'E210002', 'E175012', 'E175002', 'E120104', 'E120106', 'E120108', 'E000104'] as const;
const missing = ['E160013', 'E170000', 'W170000', 'W160013', 'E200009', 'E195012'] as const;

/** Whether svn could not log in. */
export function isRefused(error: SvnError): boolean {
  return error.has(...login, ...certificate);
}

/** Whether the connection failed, which may pass. */
export function mayPass(error: SvnError): boolean {
  return !isRefused(error) && error.has(...connection);
}

/** Whether a path is not there. */
export function isMissing(error: SvnError): boolean {
  return !isRefused(error) && !mayPass(error) && error.has(...missing);
}

/** What failed when a repository was first asked, and which option would mend it. */
export function explain(error: unknown, location: Location, file: string): unknown {
  if (!(error instanceof SvnError)) return error;
  const advice = adviceFor(error, location, file);
  return advice === undefined ? error : new Error(`${advice} (${lastLine(error.stderr)})`, { cause: error });
}

function adviceFor(error: SvnError, location: Location, file: string): string | undefined {
  const section = `[${location.section}] of ${file}`;
  if (error.has(...certificate)) {
    return `the certificate of ${location.section} is not trusted; unsafe_hosts in ${section} would do without`;
  }
  if (error.has(...login)) {
    return location.username === undefined
      ? `${location.section} asks for a login; set username and password in ${section}`
      : `${location.section} refuses the login of ${location.username}; correct username and password in ${section}`;
  }
  if (/Permission denied \([a-z,-]*publickey/.test(error.stderr)) {
    return `${location.section} refuses the SSH key; set env and username.ssh in ${section}`;
  }
  if (isMissing(error)) return 'there is no trunk; the URL must be that of the folder that holds it, or of the trunk';
  return undefined;
}

function lastLine(stderr: string): string {
  return (
    stderr
      .split('\n')
      .findLast((line) => line.trim() !== '')
      ?.trim() ?? ''
  );
}
