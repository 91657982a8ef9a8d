import { request } from 'node:http';
import { connect } from 'node:net';
import { z } from 'zod';
import type { Row } from '../tables/row.js';
import type { ImportSummary, Operator } from './operator.js';
import type { Salts } from './store/store.js';

const Summary = z.object({
  id: z.int(),
  project: z.string(),
  agent: z.string(),
  state: z.enum(['waiting', 'running', 'failed', 'done']),
  message: z.string().optional(),
  created: z.string(),
  updated: z.string(),
});

const SaltPair = z.object({ salt: z.string(), pepper: z.string() });

/** Whether a controller listens on the socket. */
export function reachAdmin(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Speaks to the running controller. */
export class AdminClient implements Operator {
  constructor(private readonly path: string) {}

  allowRekey(agent: string): Promise<boolean> {
    return this.#ask('POST', '/rekey', { agent }, z.boolean());
  }

  retryImports(project?: string): Promise<number> {
    return this.#ask('POST', '/retry', { project }, z.int());
  }

  discardImports(project: string): Promise<number> {
    return this.#ask('POST', '/discard', { project }, z.int());
  }

  imports(project?: string): Promise<readonly ImportSummary[]> {
    return this.#ask('GET', '/imports', { project }, z.array(Summary));
  }

  salts(project: string): Promise<Salts> {
    return this.#ask('POST', '/salts', { project }, SaltPair);
  }

  addStatuses(project: string, rows: readonly Row[], source?: string): Promise<boolean> {
    return this.#ask('POST', '/statuses', { project }, z.boolean(), { rows, source });
  }

  async #ask<T>(
    method: 'GET' | 'POST',
    path: string,
    fields: Readonly<Record<string, string | undefined>>,
    schema: z.ZodType<T>,
    body?: unknown,
  ): Promise<T> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined) {
        search.append(name, value);
      }
    }
    const { status, text } = await this.#send(method, `${path}?${search}`, body);
    if (status !== 200) {
      throw new Error(`The controller refused ${method} ${path}: ${text}`);
    }
    return schema.parse(JSON.parse(text));
  }

  #send(method: string, path: string, body: unknown): Promise<{ readonly status: number; readonly text: string }> {
    return new Promise((resolve, reject) => {
      const sent = request({ socketPath: this.path, method, path }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
        });
      });
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
