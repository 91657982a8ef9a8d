import { isIPv4, isIPv6 } from 'node:net';

interface Address {
  readonly family: 4 | 6;
  readonly bits: bigint;
}

/** A range of addresses by CIDR. */
export interface Network extends Address {
  readonly prefix: number;
}

/** A malformed address or network, in the words of the original. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
}

/**
 * Networks separated by commas, as in `192.0.2.0/24, 2001:db8::/32, 198.51.100.7`.
 * @throws NetworkError where one is malformed or has host bits set
 */
export function parseNetworks(text: string): readonly Network[] {
  return text.split(',').map((part) => parseNetwork(part.trim()));
}

/** Whether an address is in one of the networks. An IPv4 address in IPv6 form is in no IPv4 network. */
export function isInNetworks(text: string, networks: readonly Network[]): boolean {
  const address = parseAddress(text);
  return networks.some(
    ({ family, bits, prefix }) =>
      family === address.family && highBits(address.bits, family, prefix) === highBits(bits, family, prefix),
  );
}

export function isAddress(text: string): boolean {
  return isIPv4(text) || isIPv6(text);
}

/** An IPv4 peer of a socket that listens on both families has the form `::ffff:192.0.2.1`; this gives it its own. */
export function plainAddress(peer: string): string {
  const [, embedded] = /^::ffff:([0-9.]+)$/i.exec(peer) ?? [];
  return embedded !== undefined && isIPv4(embedded) ? embedded : peer;
}

/** The bytes of an address in network order: 4 of IPv4, 16 of IPv6. @throws NetworkError where it is malformed */
export function addressBytes(text: string): Buffer {
  const { family, bits } = parseAddress(text);
  return Buffer.from(bits.toString(16).padStart(width(family) / 4, '0'), 'hex');
}

function parseAddress(text: string): Address {
  if (isIPv4(text)) {
    return { family: 4, bits: ipv4Bits(text) };
  }
  if (isIPv6(text)) {
    return { family: 6, bits: ipv6Bits(text) };
  }
  throw new NetworkError(`'${text}' does not appear to be an IPv4 or IPv6 address`);
}

function parseNetwork(text: string): Network {
  const [host = '', mask, ...rest] = text.split('/');
  const prefix = isAddress(host) && rest.length === 0 ? parsePrefix(mask, width(isIPv4(host) ? 4 : 6)) : undefined;
  if (prefix === undefined) {
    throw new NetworkError(`'${text}' does not appear to be an IPv4 or IPv6 network`);
  }
  const { family, bits } = parseAddress(host);
  const hostBits = BigInt(width(family) - prefix);
  if ((bits >> hostBits) << hostBits !== bits) {
    throw new NetworkError(`${text} has host bits set`);
  }
  return { family, bits, prefix };
}

/** Length of a prefix that is given as a number, as a dotted mask (IPv4), or not at all; undefined where malformed. */
function parsePrefix(mask: string | undefined, bits: number): number | undefined {
  if (mask === undefined) {
    return bits;
  }
  if (bits === 32 && isIPv4(mask)) {
    const ones = ipv4Bits(mask).toString(2).padStart(32, '0').indexOf('0');
    const prefix = ones < 0 ? 32 : ones;
    return highBits(ipv4Bits(mask), 4, prefix) << BigInt(32 - prefix) === ipv4Bits(mask) ? prefix : undefined;
  }
  return /^\d{1,3}$/.test(mask) && Number(mask) <= bits ? Number(mask) : undefined;
}

function highBits(bits: bigint, family: 4 | 6, prefix: number): bigint {
  return bits >> BigInt(width(family) - prefix);
}

function width(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}

function ipv4Bits(text: string): bigint {
  return text.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function ipv6Bits(text: string): bigint {
  const [address = ''] = text.split('%');
  const hexadecimal = address.replace(/[0-9]+(?:\.[0-9]+){3}$/, (tail) => {
    const bits = ipv4Bits(tail);
    return `${(bits >> 16n).toString(16)}:${(bits & 0xffffn).toString(16)}`;
  });
  const [head = '', tail] = hexadecimal.split('::');
  const first = groupsOf(head);
  const last = groupsOf(tail ?? '');
  const zeros = tail === undefined ? [] : new Array<bigint>(8 - first.length - last.length).fill(0n);
  return [...first, ...zeros, ...last].reduce((bits, group) => (bits << 16n) | group, 0n);
}

function groupsOf(text: string): bigint[] {
  return text === '' ? [] : text.split(':').map((group) => BigInt(`0x${group}`));
}
