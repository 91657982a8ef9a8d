import { readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { z } from 'zod';
import type { ControllerWorld } from './controller-world.js';

const Request = z.object({
  method: z.enum(['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH']),
  path: z.string(),
  query: z.string(),
  form: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  body: z.string().optional(),
  content_type: z.string().optional(),
  remote_address: z.string().optional(),
  x_forwarded_for: z.string().optional(),
});

const Case = z.object({
  name: z.string(),
  state: z.record(z.string(), z.union([z.string(), z.boolean(), z.null()])).optional(),
  request: Request,
  response: z.object({
    status_line: z.string().nullish(),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.string().optional(),
    json: z.unknown().optional(),
    uncaught_exception: z.string().optional(),
  }),
});

export type TranscriptCase = z.infer<typeof Case>;

/** Requests to one endpoint of the original controller, and its answers (test/wire/controller-*.json). */
export function readTranscript(endpoint: string): { readonly cases: readonly TranscriptCase[]; readonly text: string } {
  const text = readFileSync(join(import.meta.dirname, '..', 'wire', `controller-${endpoint}.json`), 'utf8');
  return { cases: z.object({ cases: z.array(Case) }).parse(JSON.parse(text)).cases, text };
}

export interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly body: string;
}

/** Sends a request of a transcript: over TLS, or within the process where it comes from another address. */
export async function send(world: ControllerWorld, request: TranscriptCase['request'], peer?: string): Promise<Answer> {
  const { method, path, query, content_type, x_forwarded_for } = request;
  const payload = request.form === undefined ? request.body : encodeForm(request.form);
  const form = payload === undefined ? undefined : 'application/x-www-form-urlencoded';
  const type = content_type ?? form;
  const headers = {
    ...(type !== undefined && { 'content-type': type }),
    ...(x_forwarded_for !== undefined && { 'x-forwarded-for': x_forwarded_for }),
  };
  const url = query === '' ? path : `${path}?${query}`;
  if (peer === undefined) {
    return sendOverTls(world, method, url, headers, payload);
  }
  const answer = await world.app.inject({
    method,
    url,
    headers,
    remoteAddress: peer,
    ...(payload !== undefined && { payload }),
  });
  return { status: answer.statusCode, type: answer.headers['content-type']?.toString(), body: answer.body };
}

function encodeForm(form: Readonly<Record<string, string | readonly string[]>>): string {
  const encoded = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) {
    for (const one of [value].flat()) {
      encoded.append(name, one);
    }
  }
  return encoded.toString();
}

/** Port of the server, which listens from the first call on. */
export async function listen({ app }: ControllerWorld): Promise<number> {
  if (!app.server.listening) {
    await app.listen({ host: '127.0.0.1', port: 0 });
  }
  const address = app.server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('The server has no port');
  }
  return address.port;
}

/** Sends one request over a connection of its own. */
export async function sendOverTls(
  world: ControllerWorld,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  payload = '',
): Promise<Answer> {
  const port = await listen(world);
  return new Promise((resolve, reject) => {
    const length = payload === '' && method !== 'POST' ? {} : { 'content-length': String(Buffer.byteLength(payload)) };
    const request = https.request(
      { host: '127.0.0.1', port, ca: world.certificate, method, path, headers: { ...headers, ...length } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const body = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'], body });
        });
      },
    );
    request.on('error', reject);
    request.end(payload);
  });
}
