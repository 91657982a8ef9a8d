import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { historyToJson } from '../src/sources/definitions/history-to-json.js';
import { metricOptionsToJson } from '../src/sources/definitions/metric-options-to-json.js';
import { projectSources } from '../src/sources/definitions/project-sources.js';
import { projectToJson } from '../src/sources/definitions/project-to-json.js';
import type { RevisionOptions } from '../src/sources/definitions/revisions.js';
import { type SimulatorServer, startSimulator, writeDataset } from './servers/simulator.js';
import { StepWorld } from './step-world.js';
import { temporaryFolder } from './temporary-folder.js';

export interface Sizes {
  /** Metrics of a report, and components. */
  readonly many: number;
  /** Measurements of a metric, and analyses of a component. */
  readonly history: number;
}

export const report = '00000001-0a1b-4c2d-8e3f-000000000001';

export function metricId(number: number): string {
  return `${String(number).padStart(8, '0')}-0a1b-4c2d-8e3f-000000000002`;
}

function day(number: number): string {
  return new Date(Date.UTC(2024, 0, 1 + number)).toISOString().replace('.000Z', '+00:00');
}

/** A report with metrics that were measured each day, and whose target was changed once. */
export function qualityTimeDataset({ many, history }: Sizes) {
  const numbers = Array.from({ length: many }, (_, index) => index + 1);
  const days = Array.from({ length: history }, (_, index) => index + 1);
  const source = (number: number) => ({
    type: 'jenkins',
    parameters: { url: `https://ci.example.org/job/${number}/` },
  });
  const metric = (number: number) => ({
    ...{ type: 'tests', scale: 'count', direction: '>', target: '5', near_target: '3' },
    sources: { one: source(number) },
  });
  const metrics = Object.fromEntries(numbers.map((number) => [metricId(number), metric(number)]));
  return {
    version: '5.14.0',
    datamodels: [
      {
        timestamp: '2023-12-01T00:00:00+00:00',
        metrics: { tests: { direction: '>', target: '0', near_target: '0', default_scale: 'count' } },
      },
    ],
    reports: [
      {
        ...{ report_uuid: report, timestamp: '2024-03-01T00:00:00+00:00', title: 'Report of Test' },
        subjects: { subject: { type: 'software', name: 'Shop', metrics } },
      },
    ],
    changes: numbers.map((number) => ({
      ...{ timestamp: day(number), uuids: [metricId(number)], email: 'jane@example.org' },
      description: `Jane Doe changed the target of metric 'T' of subject 'Shop' in report 'R' from '1' to '5'.`,
    })),
    measurements: numbers.flatMap((number) =>
      days.map((one) => ({
        ...{ metric_uuid: metricId(number), report_uuid: report, start: day(one), end: day(one + 1) },
        count: { value: String(one), status: 'target_met' },
      })),
    ),
  };
}

/** Components that were analysed each day, each with a quality gate of its own. */
export function sonarQubeDataset({ many, history }: Sizes) {
  const numbers = Array.from({ length: many }, (_, index) => index + 1);
  const days = Array.from({ length: history }, (_, index) => index + 1);
  return {
    version: '10.6.0.92116',
    metrics: [
      { key: 'bugs', type: 'INT', direction: -1, qualitative: true, hidden: false },
      { key: 'coverage', type: 'PERCENT', direction: 1, qualitative: true, hidden: false },
    ],
    qualityGates: [
      { id: '1', name: 'Sonar way', isDefault: true, conditions: [] },
      { id: '2', name: 'Own', isDefault: false, conditions: [{ id: '3', metric: 'bugs', op: 'GT', error: '4' }] },
    ],
    tokens: ['squ_secret'],
    components: numbers.map((number) => ({
      ...{ key: `part-${number}`, name: `Part ${number}`, gate: 'Own' },
      navigation: { alm: { key: 'gitlab', url: `https://gitlab.example.org/group/part-${number}` } },
      analyses: days.map((one) => ({
        date: day(one).replace('+00:00', '+0000'),
        measures: { bugs: String(one), coverage: '81.5' },
      })),
    })),
  };
}

/** An agent whose settings have a Quality-time, a SonarQube, or both. */
export class DefinitionWorld extends StepWorld {
  readonly servers: SimulatorServer[] = [];

  async start(name: 'quality-time' | 'sonarqube', dataset: unknown, flags: readonly string[] = []) {
    const server = await startSimulator(name, writeDataset(temporaryFolder(), dataset), flags);
    onTestFinished(() => server.stop());
    this.servers.push(server);
    return server;
  }

  /** @param urls of Quality-time and of SonarQube */
  use({ qualityTime, sonarQube }: { readonly qualityTime?: string; readonly sonarQube?: string }): void {
    const section = (name: string, shown: string, url: string | undefined) =>
      url === undefined ? '' : `[${name}]\nname = ${shown}\nurl = ${url}\n`;
    const servers = section('quality-time', 'Quality-time', qualityTime) + section('sonar', 'SonarQube', sonarQube);
    this.configure('settings.cfg', `[projects]\nTEST = Test\n${servers}`);
  }

  /** Runs the steps of a scrape. @returns what was incomplete */
  async scrape(options: RevisionOptions = {}): Promise<readonly string[]> {
    const steps = [projectSources(options), projectToJson(options), metricOptionsToJson(options)];
    const incomplete: string[] = [];
    for (const step of [...steps, historyToJson(options)]) incomplete.push(...(await this.run(step)).incomplete);
    return incomplete;
  }

  /** All exported files; addresses of the servers are left out, and the order of rows. */
  everything(): Readonly<Record<string, unknown>> {
    const files = readdirSync(this.exported).filter((file) => file.endsWith('.json'));
    return Object.fromEntries(files.map((file) => [file, this.comparable(file)]));
  }

  private comparable(file: string): unknown {
    let text = readFileSync(path.join(this.exported, file), 'utf8');
    for (const [index, { url }] of this.servers.entries()) text = text.replaceAll(url, `http://server-${index}`);
    const value = z.json().parse(JSON.parse(text));
    return Array.isArray(value) ? value.map((row) => JSON.stringify(row)).sort() : value;
  }
}
