import { isFalsy } from '../config/falsy.js';
import { isInNetworks, parseNetworks } from '../config/networks.js';
import type { Settings } from '../config/settings.js';

const SECTION = 'access';
const EVERYONE = '*';
const PROXIES = '_';

/**
 * Projects that may be seen from an address: the options of `[access]` whose networks hold it, in upper case and in
 * their order, or `*` where access is not configured.
 * @throws NetworkError where a network of the settings is malformed
 */
export function accessibleProjects(settings: Settings, address: string): readonly string[] {
  const access = settings.section(SECTION);
  if (!access.has(EVERYONE)) {
    return [EVERYONE];
  }
  return [...access]
    .filter(([, networks]) => !isFalsy(networks) && isInNetworks(address, parseNetworks(networks)))
    .map(([name]) => name.toUpperCase());
}

/** Networks of the proxies that `[access]` names in the option `_`. @throws NetworkError */
export function accessProxies(settings: Settings): ReturnType<typeof parseNetworks> {
  const proxies = settings.get(SECTION, PROXIES);
  return proxies === undefined ? [] : parseNetworks(proxies);
}
