import type { Location } from './location.js';
import { formatHost, type PlainUrl, trimSlashes } from './source-url.js';

const webSchemes: readonly string[] = ['http', 'https'];

/**
 * The web server of a source, where its API is: `https://host:port`, with the folder of the option `strip` that its
 * repositories lie below, without trailing slash.
 */
export function webServer(plain: PlainUrl, location: Location): string {
  const folder = folderOf(location);
  return `${webOrigin(plain, location)}${folder === '' ? '' : `/${folder}`}`;
}

/**
 * The web server of a source without any folder.
 *
 * @param port where it is not the one of the URL
 */
export function webOrigin(plain: PlainUrl, location: Location, port?: string): string {
  const host = port === undefined ? webHost(plain, location) : `${formatHost(location.hostname)}:${port}`;
  return `${webScheme(plain, location)}://${host}`;
}

/** The path of a URL at that server, without slashes around it. */
export function pathBelow({ path }: PlainUrl, location: Location): string {
  const folder = folderOf(location);
  const whole = trimSlashes(path);
  const isBelow = folder === '' || whole.startsWith(`${folder}/`);
  return trimSlashes(isBelow ? whole.slice(folder.length) : whole);
}

function folderOf(location: Location): string {
  return trimSlashes(location.option('strip') ?? '');
}

/** Section of credentials.cfg that a URL names by itself. */
export function ownSection({ hostname, port }: PlainUrl): string {
  return port === undefined ? hostname : `${hostname}:${port}`;
}

function webScheme({ scheme }: PlainUrl, location: Location): string {
  const protocol = location.option('protocol');
  if (protocol !== undefined) return protocol;
  return webSchemes.includes(scheme) ? scheme : 'https';
}

/** The port of an SSH URL is not that of the API. */
function webHost(plain: PlainUrl, { section }: Location): string {
  const isOwnSshPort = plain.scheme === 'ssh' && plain.port !== undefined && section === ownSection(plain);
  return isOwnSshPort ? formatHost(plain.hostname) : section;
}
