import { connect as connectPlain } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface RawServer {
  readonly port: number;
  readonly tls: boolean;
}

/** Sends bytes as they are, and gives all that comes back until the server closes the connection. */
export async function sendRaw({ port, tls }: RawServer, parts: readonly (string | Buffer)[]): Promise<string> {
  const options = { port, host: '127.0.0.1' };
  const socket = tls ? connectTls({ ...options, rejectUnauthorized: false }) : connectPlain(options);
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text;
  });
  // A connection may be reset as well as closed: what came before is the answer.
  const closed = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
  for (const part of parts) socket.write(part);
  await closed;
  return answer;
}

/** The status of a raw answer; 0 where the connection was closed without one. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0);
}
