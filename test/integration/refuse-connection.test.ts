import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { refuseConnections } from '../../src/http/refuse-connection.js';

const mebibyte = 1024 * 1024;

async function connectToServer(): Promise<Socket> {
  const server = createServer().on(
    'clientError',
    refuseConnections((status, text) => ({ type: 'text/plain', body: `${status} ${text}` })),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const socket = connect(address.port, '127.0.0.1').setEncoding('latin1');
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  return socket;
}

it('lets the caller say all before it closes, so that the answer arrives', async () => {
  const socket = await connectToServer();
  const errors: Error[] = [];
  let answer = '';
  socket
    .on('error', (error) => errors.push(error))
    .on('data', (text: string) => {
      answer += text;
    });
  socket.write(`GET / HTTP/1.1\r\nX: ${'a'.repeat(8 * mebibyte)}\r\n\r\n`);
  await new Promise((resolve) => socket.once('close', resolve));
  expect(answer).toBe(
    [
      'HTTP/1.1 431 Request Header Fields Too Large',
      'Content-Type: text/plain',
      'Content-Length: 35',
      'Connection: close',
      '',
      '431 Request Header Fields Too Large',
    ].join('\r\n'),
  );
  expect(errors).toEqual([]);
  expect(socket.bytesWritten).toBeGreaterThan(8 * mebibyte);
});

it('cuts off a caller that says more without end', async () => {
  const socket = await connectToServer();
  const part = Buffer.alloc(mebibyte, 'a');
  const closed = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
  let sent = 0;
  const more = (): void => {
    sent += 1;
    if (sent < 1000 && !socket.destroyed) socket.write(part, more);
  };
  socket.write('GET / HTTP/1.1\r\nX: ', more);
  socket.resume();
  await closed;
  expect(sent).toBeLessThan(100);
});
