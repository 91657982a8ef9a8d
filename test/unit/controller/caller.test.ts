import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNetworks } from '../../../src/config/networks.js';
import { callerAddress } from '../../../src/controller/caller.js';

describe('callerAddress', () => {
  const proxies = parseNetworks('10.0.0.0/8, 127.0.0.1');

  it.each([
    ['198.51.100.1', '192.0.2.1', '198.51.100.1'],
    ['10.1.2.3', '192.0.2.1', '192.0.2.1'],
    ['::ffff:10.1.2.3', '192.0.2.1', '192.0.2.1'],
    ['10.1.2.3', '203.0.113.9, 192.0.2.1,10.9.9.9', '192.0.2.1'],
    ['10.1.2.3', '10.5.5.5', '10.1.2.3'],
    ['10.1.2.3', '', '10.1.2.3'],
    ['10.1.2.3', 'unknown', '10.1.2.3'],
    ['10.1.2.3', '192.0.2.1:1234', '10.1.2.3'],
    ['10.1.2.3', '192.0.2.1, nonsense', '10.1.2.3'],
    ['10.1.2.3', undefined, '10.1.2.3'],
    ['10.1.2.3', '::ffff:192.0.2.1', '::ffff:192.0.2.1'],
  ])('from %j with the header %j is %j', (peer, header, caller) => {
    expect(callerAddress(peer, header, proxies)).toBe(caller);
  });

  it('believes no header from a peer that is no proxy', () => {
    fc.assert(fc.property(fc.string(), (header) => callerAddress('198.51.100.1', header, proxies) === '198.51.100.1'));
  });
});
