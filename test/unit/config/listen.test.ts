import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { listening } from '../../../src/config/listen.js';

async function listen(port: number, host = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

it('says which server has no port, and what to do', async () => {
  const port = await listening('the first', '--port', () => listen(0));
  await expect(listening('the second', '--ssh-port', () => listen(port))).rejects.toThrow(
    new RegExp(`^the second cannot listen: .*127\\.0\\.0\\.1:${port}; another program .* with --ssh-port$`),
  );
  await expect(listening('the third', '--port', () => listen(0, '192.0.2.1'))).rejects.toThrow(/no such address/);
});
