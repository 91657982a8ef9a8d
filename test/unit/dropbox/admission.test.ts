import { describe, expect, it } from 'vitest';
import { Admission } from '../../../src/controller/dropbox/admission.js';

const limits = { connections: 3, connectionsPerAddress: 2, failures: 2, failureWindow: 1000 };

describe('Admission', () => {
  it('limits connections in total and per address, and takes back those that left', () => {
    const admission = new Admission(limits, () => 0);
    expect([admission.enter('a'), admission.enter('a')]).toEqual([undefined, undefined]);
    expect(admission.enter('a')).toMatch(/this address/);
    expect(admission.enter('b')).toBeUndefined();
    expect(admission.enter('c')).toBe('too many connections');
    admission.leave('a');
    expect(admission.enter('c')).toBeUndefined();
  });

  it('shuts an address out after failed logins until the window is over', () => {
    let now = 0;
    const admission = new Admission(limits, () => now);
    admission.failed('a');
    expect(admission.enter('a')).toBeUndefined();
    admission.failed('a');
    expect(admission.enter('a')).toMatch(/failed logins/);
    expect(admission.enter('b')).toBeUndefined();
    now = 1000;
    expect(admission.enter('a')).toBeUndefined();
  });

  it('remembers a bounded number of addresses', () => {
    const admission = new Admission({ ...limits, failures: 1 }, () => 0);
    for (let index = 0; index < 10_001; index += 1) {
      admission.failed(`address ${index}`);
    }
    expect(admission.enter('address 0')).toBeUndefined();
    expect(admission.enter('address 10000')).toMatch(/failed logins/);
  });
});
