import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ControllerMetrics } from '../metrics.js';

/** Counters for Prometheus. */
export function addMetrics(app: FastifyInstance, { registry }: ControllerMetrics): void {
  app.get(
    '/metrics',
    { schema: { summary: 'Metrics in the text format of Prometheus', response: { 200: z.string() } } },
    async (_request, reply) => reply.header('content-type', registry.contentType).send(await registry.metrics()),
  );
}
