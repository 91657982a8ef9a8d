import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as apps from 'kubernetes-models/apps/v1';
import * as batch from 'kubernetes-models/batch/v1';
import * as core from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { temporaryFolder } from '../../temporary-folder.js';

const root = join(import.meta.dirname, '../../..');
const folder = join(root, 'deploy/kubernetes');
const modules: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  v1: core,
  'apps/v1': apps,
  'batch/v1': batch,
};

const resourceSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
type Resource = z.output<typeof resourceSchema>;

const resources = readdirSync(folder).flatMap((file) =>
  parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => {
    const resource = resourceSchema.parse(document.toJS());
    return { file, kind: resource.kind, name: resource.metadata.name, resource, errors: document.errors };
  }),
);

/** Checks a resource by the schema that Kubernetes publishes for its kind. @throws where it does not fit */
function validate(resource: Resource): void {
  const model = modules[resource.apiVersion]?.[resource.kind];
  if (typeof model !== 'function') throw new Error(`there is no ${resource.kind} in ${resource.apiVersion}`);
  z.looseObject({ validate: z.function() }).parse(Reflect.construct(model, [resource]));
  Reflect.construct(model, [resource]).validate();
}

/** What the types that are made of those schemas say of fields that there are not. */
function unknownFields(all: readonly Resource[]): string {
  const project = temporaryFolder();
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
  const lines = all.map(
    (resource, index) =>
      `export const resource${index}: import('kubernetes-models/${resource.apiVersion}').I${resource.kind} = ${JSON.stringify(resource)};`,
  );
  writeFileSync(join(project, 'resources.ts'), lines.join('\n'));
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', ''];
  const compiler = join(root, 'node_modules/.bin/tsc');
  return spawnSync(compiler, [...options, 'resources.ts'], { cwd: project, encoding: 'utf8' }).stdout;
}

describe('deploy/kubernetes', () => {
  it('has a job for each project, an agent as a daemon, and a controller with PostgreSQL', () => {
    expect(resources.map(({ kind, name }) => `${kind} ${name}`)).toEqual(
      expect.arrayContaining([
        'CronJob scrape-shop',
        'CronJob scrape-blog',
        'Deployment agent-shop',
        'Deployment controller',
        'StatefulSet postgresql',
      ]),
    );
  });

  it.each(resources)('$file: $kind $name is as its schema says', ({ resource, errors }) => {
    expect(errors).toEqual([]);
    expect(() => validate(resource)).not.toThrow();
  });

  it('has no fields that there are not', { timeout: 60_000 }, () => {
    expect(unknownFields(resources.map(({ resource }) => resource))).toBe('');
  });

  it('is checked by what can tell', { timeout: 60_000 }, () => {
    const job = resourceSchema.parse(resources.find(({ kind }) => kind === 'CronJob')?.resource);
    const spec = z.looseObject({ schedule: z.string() }).parse(job['spec']);
    expect(() => validate({ ...job, spec: { ...spec, schedule: 1 } })).toThrow();
    expect(() => validate({ ...job, spec: { schedule: spec.schedule } })).toThrow();
    expect(unknownFields([{ ...job, spec: { ...spec, concurencyPolicy: 'Forbid' } }])).toContain('concurencyPolicy');
  });
});
