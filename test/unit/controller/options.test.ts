import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/errors.js';
import { readControllerOptions } from '../../../src/controller/options.js';

describe('readControllerOptions', () => {
  it('has defaults for all', () => {
    expect(readControllerOptions({}, {}, '/home/c')).toEqual({
      dataFolder: '/home/c/data',
      port: 443,
      sshPort: 22,
      names: [],
      policy: 'safe',
      proxies: [],
    });
  });

  it('puts the command line over the environment', () => {
    const environment = {
      CONTROLLER_PORT: '1',
      CONTROLLER_SSH_PORT: '2',
      CONTROLLER_NAMES: 'a, b',
      CONTROLLER_QUOTA: '3',
    };
    const options = readControllerOptions({ port: '8443', data: '/d' }, environment, '/');
    expect(options).toMatchObject({
      dataFolder: '/d',
      port: 8443,
      sshPort: 2,
      names: ['a', 'b'],
      quota: 3 * 1024 * 1024,
    });
  });

  it.each([
    [{ port: '65536' }, {}, '--port: expected a port from 0 to 65535, not "65536"'],
    [{}, { CONTROLLER_SSH_PORT: 'ssh' }, 'CONTROLLER_SSH_PORT: expected a port from 0 to 65535, not "ssh"'],
    [{ registration: 'closed' }, {}, '--registration: expected safe or open, not "closed"'],
    [{ quota: '0' }, {}, '--quota: expected a number of MiB from 1, not "0"'],
    [{ cert: 'c.pem' }, {}, '--cert and --key: expected both or neither'],
    [{ 'trusted-proxy': '10.0.0.1/8' }, {}, '--trusted-proxy: 10.0.0.1/8 has host bits set'],
  ])('refuses %j with %j', (given, environment, message) => {
    expect(() => readControllerOptions(given, environment, '/')).toThrow(new ConfigError('', '').constructor);
    expect(() => readControllerOptions(given, environment, '/')).toThrow(message);
  });
});
