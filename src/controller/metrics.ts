import type { FastifyReply, FastifyRequest } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ControllerStore } from './controller-store.js';

/** What the controller tells Prometheus. No label holds what a caller made up. */
export class ControllerMetrics {
  readonly registry = new Registry();
  readonly #requests = new Counter({
    name: 'gatherer_controller_requests_total',
    help: 'Answered requests',
    labelNames: ['route', 'method', 'status'],
    registers: [this.registry],
  });
  readonly #durations = new Histogram({
    name: 'gatherer_controller_request_duration_seconds',
    help: 'Time until a request was answered',
    labelNames: ['route'],
    registers: [this.registry],
  });

  constructor(store: ControllerStore) {
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: 'gatherer_controller_imports',
      help: 'Open imports and the latest finished ones by state',
      labelNames: ['state'],
      registers: [this.registry],
      async collect() {
        this.reset();
        const jobs = await store.imports().catch(() => []);
        for (const { state } of jobs) {
          this.inc({ state });
        }
      },
    });
  }

  observe(request: FastifyRequest, reply: FastifyReply): void {
    const route = request.routeOptions.url ?? 'none';
    const method = request.routeOptions.url === undefined ? 'other' : request.method;
    this.#requests.inc({ route, method, status: reply.statusCode });
    this.#durations.observe({ route }, reply.elapsedTime / 1000);
  }
}
