import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import { createSelfSigned, type KeyAndCertificate } from '../../src/controller/tls/self-signed.js';

const day = 86_400_000;

/** A certificate for a server on this machine, valid from yesterday until tomorrow. */
export function makeCertificate(names: readonly string[] = ['localhost', '127.0.0.1'], until = day): KeyAndCertificate {
  const now = Date.now();
  return createSelfSigned(names, new Date(now - 2 * day), new Date(now + until));
}

/** A certificate that expired yesterday. */
export function makeExpiredCertificate(): KeyAndCertificate {
  return makeCertificate(['localhost', '127.0.0.1'], -day);
}

export interface HttpsServer {
  readonly port: number;
  readonly server: Server;
  close(): Promise<void>;
}

/** Starts an HTTPS server on a free port of the loopback address. */
export async function startHttps(identity: KeyAndCertificate, listener: RequestListener): Promise<HttpsServer> {
  const server = createServer({ key: identity.key, cert: identity.certificate }, listener);
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('no port');
  }
  return {
    port: address.port,
    server,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
