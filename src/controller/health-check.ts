import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { ControllerOptions } from './options.js';

const PATIENCE_MILLISECONDS = 4_000;

/**
 * Asks the controller of this machine whether all of its parts work. It must show its own certificate; for which names
 * that was made does not matter here.
 *
 * @returns what is wrong with it, undefined for nothing
 */
export async function controllerProblem(options: ControllerOptions): Promise<string | undefined> {
  const file = options.certificate?.certificate ?? join(options.dataFolder, 'tls', 'certificate.pem');
  try {
    const { status, body } = await ask(options, await readFile(file, 'utf8'));
    return status === 200 ? undefined : `/healthz answers ${status}: ${body.trim()}`;
  } catch (error) {
    return `port ${options.port} does not answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function ask(
  { listen = '127.0.0.1', port }: ControllerOptions,
  certificate: string,
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  const host = ['0.0.0.0', '::'].includes(listen) ? '127.0.0.1' : listen;
  const secureContext = createSecureContext({ ca: certificate, allowPartialTrustChain: true });
  const options = { host, port, path: '/healthz', secureContext, checkServerIdentity: () => undefined };
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
    const call = request({ ...options, signal }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body = `${body}${chunk}`.slice(0, 1_000);
      });
      response.on('end', () => resolve({ status: response.statusCode, body }));
      response.on('error', reject);
    });
    call.on('error', reject);
    call.end();
  });
}
