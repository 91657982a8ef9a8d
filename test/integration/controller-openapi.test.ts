import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ControllerWorld, createWorld } from '../doubles/controller-world.js';
import { sendOverTls } from '../doubles/transcript.js';

const METHODS = ['get', 'post', 'put', 'delete', 'patch', 'head', 'options', 'trace'] as const;

const Parameter = z.object({
  name: z.string(),
  in: z.enum(['query', 'header', 'path', 'cookie']),
  schema: z.looseObject({}),
});
const Operation = z.object({
  summary: z.string().optional(),
  parameters: z.array(Parameter).optional(),
  requestBody: z.object({ content: z.record(z.string(), z.looseObject({})) }).optional(),
  responses: z.record(z.string().regex(/^[1-5]\d\d$/), z.looseObject({ description: z.string() })),
});
/** What OpenAPI 3.0 asks of the members that we have. */
const Document = z.object({
  openapi: z.string().regex(/^3\.0\.\d$/),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(z.string().startsWith('/'), z.partialRecord(z.enum(METHODS), Operation)),
});
const Published = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });

let world: ControllerWorld;
let document: z.infer<typeof Document>;

beforeAll(async () => {
  world = await createWorld();
  const { body, type } = await sendOverTls(world, 'GET', '/openapi.json');
  expect(type).toBe('application/json');
  document = Document.parse(JSON.parse(body));
});

afterAll(() => world[Symbol.asyncDispose]());

function operations(paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>): readonly string[] {
  return Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
}

describe('the OpenAPI document', () => {
  it('has the paths and methods of the published one, and ours', () => {
    const file = join(import.meta.dirname, '../schema/controller-openapi.json');
    const published = operations(Published.parse(JSON.parse(readFileSync(file, 'utf8'))).paths);
    const ours = operations(document.paths);
    expect(ours.filter((operation) => operation.includes('.py'))).toEqual(expect.arrayContaining([...published]));
    expect(ours.toSorted()).toEqual(
      [...published, 'get /auth/host-keys', 'get /healthz', 'get /metrics', 'get /openapi.json'].toSorted(),
    );
  });

  it('covers every path that the server has', () => {
    const routes = world.app.printRoutes({ commonPrefix: false, includeHooks: false });
    const paths = [...routes.matchAll(/(\/[^\s]+) \(/g)].map(([, path]) => path ?? '');
    expect(paths.length).toBeGreaterThan(10);
    expect([...new Set(paths)].toSorted()).toEqual(Object.keys(document.paths).toSorted());
  });

  it('says that keys are capital letters', () => {
    const [project] = document.paths['/auth/agent.py']?.post?.parameters ?? [];
    expect(project).toMatchObject({ name: 'project', in: 'query', schema: { type: 'string', pattern: '^[A-Z]+$' } });
  });

  it('gives every operation a summary and an answer that is no error', () => {
    for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
      expect(operation?.summary).toBeTruthy();
      expect(Object.keys(operation?.responses ?? {}).some((status) => status.startsWith('2'))).toBe(true);
    }
  });

  it('says in which form bodies come', () => {
    const bodies = Object.values(document.paths).flatMap((methods) => methods.post?.requestBody ?? []);
    expect(bodies).toHaveLength(4);
    for (const { content } of bodies) {
      expect(Object.keys(content)).toEqual(['application/x-www-form-urlencoded']);
    }
  });

  it('says that errors are lines of text', () => {
    const content = { 'text/plain': { schema: expect.objectContaining({ type: 'string' }) } };
    expect(document.paths['/auth/agent.py']?.post?.responses).toMatchObject({ 400: { content }, 503: { content } });
  });
});
