import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressBytes, isInNetworks, NetworkError, parseNetworks, plainAddress } from '../../../src/config/networks.js';

describe('parseNetworks', () => {
  it.each([
    ['192.0.2.1/24', '192.0.2.1/24 has host bits set'],
    ['2001:db8::1/32', '2001:db8::1/32 has host bits set'],
    ['nonsense', "'nonsense' does not appear to be an IPv4 or IPv6 network"],
    ['', "'' does not appear to be an IPv4 or IPv6 network"],
    ['192.0.2.0/33', "'192.0.2.0/33' does not appear to be an IPv4 or IPv6 network"],
    ['192.0.2.0/24/8', "'192.0.2.0/24/8' does not appear to be an IPv4 or IPv6 network"],
    ['192.0.2.0/', "'192.0.2.0/' does not appear to be an IPv4 or IPv6 network"],
    ['192.0.2.0/255.0.255.0', "'192.0.2.0/255.0.255.0' does not appear to be an IPv4 or IPv6 network"],
    ['192.0.2.0/24,', "'' does not appear to be an IPv4 or IPv6 network"],
  ])('refuses %j', (text, message) => {
    expect(() => parseNetworks(text)).toThrow(new NetworkError(message));
  });

  it.each([
    ['192.0.2.0/24, 198.51.100.7,2001:db8::/32', '198.51.100.7', true],
    ['192.0.2.0/24, 198.51.100.7,2001:db8::/32', '198.51.100.8', false],
    ['192.0.2.0/24, 198.51.100.7,2001:db8::/32', '2001:db8:ffff::1', true],
    ['192.0.2.0/255.255.255.0', '192.0.2.255', true],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '10.0.0.1', false],
    ['192.0.2.0/24', '::ffff:192.0.2.1', false],
    ['::ffff:0:0/96', '::ffff:192.0.2.1', true],
    ['fe80::/10', 'fe80::1%eth0', true],
  ])('in %j, %j: %j', (networks, address, inside) => {
    expect(isInNetworks(address, parseNetworks(networks))).toBe(inside);
  });

  it('fails on any text with nothing but a NetworkError', () => {
    const hostile = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0123456789./:, abcdef') }));
    fc.assert(
      fc.property(hostile, fc.oneof(fc.ipV4(), fc.ipV6()), (text, address) => {
        try {
          isInNetworks(address, parseNetworks(text));
        } catch (error) {
          expect(error).toBeInstanceOf(NetworkError);
        }
      }),
    );
  });

  it.each([
    ['ipv4', fc.ipV4(), 32],
    ['ipv6', fc.ipV6(), 128],
  ] as const)('agrees with the block list of Node.js on %s', (family, addresses, width) => {
    const prefixes = fc.integer({ min: 0, max: width });
    fc.assert(
      fc.property(addresses, addresses, prefixes, (network, address, prefix) => {
        const base = maskedText(network, prefix);
        const list = new BlockList();
        list.addSubnet(base, prefix, family);
        expect(isInNetworks(address, parseNetworks(`${base}/${prefix}`))).toBe(list.check(address, family));
        expect(isInNetworks(network, parseNetworks(`${base}/${prefix}`))).toBe(true);
      }),
    );
  });

  /** The address with zeros behind the prefix. */
  function maskedText(address: string, prefix: number): string {
    const bytes = addressBytes(address).map((byte, index) => {
      const bits = Math.min(8, Math.max(0, prefix - index * 8));
      return byte & (0xff00 >> bits);
    });
    const groups = Buffer.from(bytes).toString('hex').match(/.{4}/g) ?? [];
    return bytes.length === 4 ? [...bytes].join('.') : groups.join(':');
  }
});

describe('plainAddress', () => {
  it('shows IPv4 peers of a socket for both families plainly', () => {
    expect(plainAddress('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(plainAddress('::ffff:999.0.2.1')).toBe('::ffff:999.0.2.1');
    expect(plainAddress('2001:db8::1')).toBe('2001:db8::1');
  });
});
