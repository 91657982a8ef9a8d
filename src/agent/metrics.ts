import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type ProjectReport, rowsOf, succeeded } from './report.js';

const minute = 60;

/** What an agent tells Prometheus about its scrapes. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly scrapes = new Counter({
    name: 'gatherer_scrapes_total',
    help: 'Scrapes of a project by outcome',
    labelNames: ['project', 'outcome'],
    registers: [this.registry],
  });
  private readonly failures = new Counter({
    name: 'gatherer_step_failures_total',
    help: 'Steps of a scrape that failed',
    labelNames: ['project', 'step'],
    registers: [this.registry],
  });
  private readonly rows = new Counter({
    name: 'gatherer_rows_total',
    help: 'Rows written to exported files',
    labelNames: ['project', 'file'],
    registers: [this.registry],
  });
  private readonly scrapeSeconds = new Histogram({
    name: 'gatherer_scrape_duration_seconds',
    help: 'Duration of a scrape of a project',
    labelNames: ['project'],
    buckets: [1, 5, 15, minute, 5 * minute, 15 * minute, 60 * minute, 240 * minute],
    registers: [this.registry],
  });
  private readonly stepSeconds = new Histogram({
    name: 'gatherer_step_duration_seconds',
    help: 'Duration of a step of a scrape',
    labelNames: ['project', 'step'],
    buckets: [0.1, 0.5, 1, 5, 15, minute, 5 * minute, 15 * minute, 60 * minute],
    registers: [this.registry],
  });
  private readonly lastSuccess = new Gauge({
    name: 'gatherer_last_success_timestamp_seconds',
    help: 'Time at which the last successful scrape of a project ended, in seconds since 1970',
    labelNames: ['project'],
    registers: [this.registry],
  });

  constructor(running: () => boolean) {
    collectDefaultMetrics({ register: this.registry });
    const gauge: Gauge = new Gauge({
      name: 'gatherer_scrape_running',
      help: 'Whether a scrape is at work',
      registers: [this.registry],
      collect: () => gauge.set(running() ? 1 : 0),
    });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  record(report: ProjectReport, now: Date): void {
    const { project } = report;
    this.scrapes.inc({ project, outcome: report.code === 0 ? 'success' : 'failure' });
    this.scrapeSeconds.observe({ project }, report.seconds);
    for (const step of report.steps) {
      this.stepSeconds.observe({ project, step: step.name }, step.seconds);
      if (!succeeded(step)) {
        this.failures.inc({ project, step: step.name });
      }
    }
    for (const [file, count] of rowsOf(report)) {
      this.rows.inc({ project, file }, count);
    }
    if (report.code === 0) {
      this.lastSuccess.set({ project }, now.getTime() / 1000);
    }
  }

  /** In the text form of Prometheus. */
  text(): Promise<string> {
    return this.registry.metrics();
  }
}
