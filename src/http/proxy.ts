import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { Environment } from '../config/environment.js';
import { ConfigError } from '../config/errors.js';

function variableOf(environment: Environment, name: string): string | undefined {
  return environment[name.toLowerCase()] || environment[name] || undefined;
}

function inNetwork(address: string, network: string): boolean {
  const [base = '', length = ''] = network.split('/');
  const bits = Number(length);
  const family = isIPv4(base) ? 'ipv4' : 'ipv6';
  if (length === '' || !Number.isInteger(bits) || bits < 0 || bits > (family === 'ipv4' ? 32 : 128)) {
    return false;
  }
  const list = new BlockList();
  list.addSubnet(base, bits, family);
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

function isAddress(text: string): boolean {
  return isIPv4(text) || isIPv6(text);
}

const portSuffix = /:(?<port>\d+)$/;

function exempts(entry: string, url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (entry === '*') {
    return true;
  }
  if (entry.includes('/')) {
    return isAddress(host) && isAddress(entry.split('/')[0] ?? '') && inNetwork(host, entry);
  }
  const port = isIPv6(entry) ? undefined : portSuffix.exec(entry)?.groups?.port;
  const name = (port === undefined ? entry : entry.slice(0, -port.length - 1)).replace(/^\*?\./, '').toLowerCase();
  const urlPort = url.port || (url.protocol === 'https:' ? '443' : '80');
  return (port === undefined || port === urlPort) && (host === name || host.endsWith(`.${name}`));
}

/**
 * The proxy that a URL goes through by HTTP_PROXY, HTTPS_PROXY and NO_PROXY (lower case wins, as in curl), or undefined.
 *
 * @throws {ConfigError} where the variable holds no URL of an HTTP proxy; its value is not repeated, for its password
 */
export function proxyFor(url: URL, environment: Environment): URL | undefined {
  const variable = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const value = variableOf(environment, variable);
  if (value === undefined) {
    return undefined;
  }
  const exempt = (variableOf(environment, 'NO_PROXY') ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  if (exempt.some((entry) => exempts(entry, url))) {
    return undefined;
  }
  const text = value.includes('://') ? value : `http://${value}`;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new ConfigError(
      variable,
      'is not the URL of a proxy; expected http://host:port, with user:password@ before the host where needed',
    );
  }
  return new URL(text);
}
