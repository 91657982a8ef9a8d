import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const fileSchema = z.object({ mode: z.string(), content: z.string().optional() });

const exchangeSchema = z.object({
  request: z.object({
    method: z.string(),
    path: z.string(),
    query: z.record(z.string(), z.string()),
    form: z.record(z.string(), z.string()).optional(),
    json: z.unknown().optional(),
  }),
  response: z.object({
    status: z.number(),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.unknown().optional(),
  }),
});

const caseSchema = z.object({
  name: z.string(),
  command: z.array(z.string()),
  env: z.record(z.string(), z.string()).default({}),
  files_before: z.record(z.string(), fileSchema).default({}),
  http: z.array(z.union([exchangeSchema, z.object({ tls_handshake_failed: z.string() })])).default([]),
  server_shell: z.string().optional(),
  scp_variant: z.string().optional(),
  exit_code: z.number(),
  files_changed: z.record(z.string(), fileSchema).default({}),
  files_removed: z.array(z.string()).default([]),
  remote_files_changed: z.record(z.string(), fileSchema).default({}),
  'credentials.cfg': z.array(z.string()).optional(),
});

const transcriptSchema = z.object({ 'settings.cfg': z.array(z.string()), cases: z.array(caseSchema) });

export type WireFile = z.output<typeof fileSchema>;
export type Exchange = z.output<typeof exchangeSchema>;
export type WireCase = z.output<typeof caseSchema>;
export type Transcript = z.output<typeof transcriptSchema>;

export function readWire(name: string): unknown {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, 'wire', `${name}.json`), 'utf8'));
}

/** What an original script said and did, case by case. */
export function readTranscript(name: string): Transcript {
  return transcriptSchema.parse(readWire(name));
}

/** A case with some of its text replaced. */
export function changeCase(wire: WireCase, change: (text: string) => string): WireCase {
  return caseSchema.parse(JSON.parse(change(JSON.stringify(wire))));
}

/** The exchanges of a case whose request arrived. */
export function exchangesOf(wire: WireCase): readonly Exchange[] {
  return wire.http.flatMap((exchange) => ('request' in exchange ? [exchange] : []));
}

/** Whether the client refused the certificate of the server. */
export function refusedCertificate(wire: WireCase): boolean {
  return wire.http.some((exchange) => 'tls_handshake_failed' in exchange);
}
