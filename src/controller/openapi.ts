import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';

/** Collects the schemas of the routes that are added after it, and serves them as an OpenAPI document. */
export async function addOpenApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.0.3',
      info: {
        title: 'Controller API',
        description: 'API of the controller of data gathering agents.',
        version,
        license: { name: 'Apache License, Version 2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0.html' },
      },
    },
    transform: jsonSchemaTransform,
  });
  app.get(
    '/openapi.json',
    { schema: { summary: 'This document', response: { 200: z.looseObject({}) } }, exposeHeadRoute: true },
    async (_request, reply) =>
      reply.header('content-type', 'application/json').send(Buffer.from(JSON.stringify(app.swagger(), null, 2))),
  );
}
