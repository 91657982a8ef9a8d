import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { KeyAndCertificate } from '../../src/controller/tls/self-signed.js';
import type { Exchange } from '../wire.js';
import { startHttps } from './https.js';

/** A request as the controller received it. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
  /** The body as a form. */
  readonly form: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
}

export interface ScriptedController {
  readonly port: number;
  /** In the order of arrival, without the question for host keys. */
  readonly requests: readonly ReceivedRequest[];
  /** What it answers to that question; until it is set it answers as an original controller does, which has no answer. */
  hostKeys: { readonly host_keys: readonly string[]; readonly port: number } | undefined;
  close(): Promise<void>;
}

async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
  const url = new URL(request.url ?? '/', 'https://controller');
  const body = await text(request);
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    body,
    form: Object.fromEntries(new URLSearchParams(body)),
    headers: request.headers,
  };
}

function answer(response: ServerResponse, exchange: Exchange | undefined, fill: (text: string) => string): void {
  if (exchange === undefined) {
    response.writeHead(418).end('not in the transcript');
    return;
  }
  const { status, headers, body } = exchange.response;
  response.writeHead(status, headers);
  response.end(typeof body === 'string' || body === undefined ? body : fill(JSON.stringify(body)));
}

/** An HTTPS server that answers as a transcript does, each of its exchanges once. */
export async function startScriptedController(
  identity: KeyAndCertificate,
  exchanges: readonly Exchange[],
  /** Replaces what stands for keys in an answer. */
  fill: (text: string) => string = (text) => text,
): Promise<ScriptedController> {
  const remaining = [...exchanges];
  const requests: ReceivedRequest[] = [];
  const { port, close } = await startHttps(identity, async (request, response) => {
    const received = await receive(request);
    if (received.path === '/auth/host-keys') {
      const { hostKeys } = controller;
      const type = hostKeys === undefined ? 'text/plain' : 'application/json';
      response.writeHead(hostKeys === undefined ? 404 : 200, { 'content-type': type });
      response.end(hostKeys === undefined ? 'Not found\n' : JSON.stringify(hostKeys));
      return;
    }
    requests.push(received);
    const index = remaining.findIndex(
      ({ request: { method, path } }) => method === received.method && path === received.path,
    );
    answer(response, index < 0 ? undefined : remaining.splice(index, 1)[0], fill);
  });
  const controller: ScriptedController = { port, requests, hostKeys: undefined, close };
  return controller;
}
