import { isAddress, isInNetworks, type Network, plainAddress } from '../config/networks.js';

/**
 * Address of the caller behind the proxies that are trusted: of the hops that the header names, the last that is no
 * proxy. A header from a peer that is no proxy, and one with anything but addresses in it, is ignored.
 * @param peer remote address of the socket
 * @param forwarded value of X-Forwarded-For
 */
export function callerAddress(peer: string, forwarded: string | undefined, proxies: readonly Network[]): string {
  const direct = plainAddress(peer);
  const hops = forwarded === undefined ? [] : forwarded.split(',').map((hop) => hop.trim());
  if (proxies.length === 0 || hops.length === 0 || ![direct, ...hops].every(isAddress)) {
    return direct;
  }
  const isProxy = (address: string): boolean => isInNetworks(address, proxies);
  if (!isProxy(direct)) {
    return direct;
  }
  return hops.findLast((hop) => !isProxy(hop)) ?? direct;
}
