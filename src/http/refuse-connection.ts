import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Of a request that is refused this much is read on. */
const maximumBytes = 16 * 1024 * 1024;
/** Milliseconds that a caller has to take the answer and to close. */
const maximumTime = 5_000;

/** An answer to what is no request of HTTP, and so reaches no route. */
export interface Refusal {
  readonly type: string;
  readonly body: string;
}

/**
 * Makes the handler of `clientError` of a web server: it answers 400, 408 or 431 and reads on for a while what the
 * caller still sends. Closing with unread bytes resets the connection, and a reset may overtake the answer.
 */
export function refuseConnections(
  answer: (status: number, text: string) => Refusal,
): (error: NodeJS.ErrnoException, socket: Duplex) => void {
  const refused = new WeakMap<Duplex, number>();
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || socket.destroyed) {
      socket.destroy();
      return;
    }
    // The parser fails again on all that comes after the first failure.
    const before = refused.get(socket);
    if (before !== undefined) {
      if (bytesRead(socket) - before > maximumBytes) socket.destroy();
      return;
    }
    refused.set(socket, bytesRead(socket));
    const deadline = setTimeout(() => socket.destroy(), maximumTime).unref();
    socket.once('close', () => clearTimeout(deadline));
    socket.end(message(statusOf(error), answer));
  };
}

function bytesRead(socket: Duplex): number {
  return 'bytesRead' in socket && typeof socket.bytesRead === 'number' ? socket.bytesRead : 0;
}

function statusOf({ code }: NodeJS.ErrnoException): number {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 408;
    case 'HPE_HEADER_OVERFLOW':
      return 431;
    default:
      return 400;
  }
}

function message(status: number, answer: (status: number, text: string) => Refusal): string {
  const text = STATUS_CODES[status] ?? '';
  const { type, body } = answer(status, text);
  const headers = [`Content-Type: ${type}`, `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close'];
  return [`HTTP/1.1 ${status} ${text}`, ...headers, '', body].join('\r\n');
}
