import { plain } from '../answers.js';
import type { FoundSource } from '../definitions/server.js';
import { redactUrl } from '../source-url.js';
import type { MetricSource } from './schema.js';

/** Types of our sources by those of Quality-time, in the order in which they are found. */
const sourceTypes: ReadonlyMap<string, string> = new Map([
  ['gitlab', 'gitlab'],
  ['azure_devops', 'tfs'],
  ['sonarqube', 'sonar'],
  ['jenkins', 'jenkins'],
  ['jira', 'jira'],
  ['quality_time', 'quality-time'],
]);

/** Parameters that are a part of the URL, with what stands before them. */
const pathParameters: ReadonlyMap<string, readonly string[]> = new Map([
  ['project', []],
  ['repository', ['_git']],
]);

/** Whose sources they are. */
export interface SubjectPlace {
  readonly name: string;
  readonly type: string;
}

/** The sources of a subject that are of a type that we know, each once, ordered by type. */
export function subjectSources(subject: SubjectPlace, sources: readonly MetricSource[]): readonly FoundSource[] {
  const found = new Map<string, FoundSource>();
  for (const [theirs, ours] of sourceTypes) {
    for (const source of sources.filter(({ type }) => type === theirs)) {
      const one = findSource(subject, source, ours);
      if (one !== undefined) found.set(JSON.stringify(one), one);
    }
  }
  return [...found.values()];
}

function findSource(subject: SubjectPlace, { parameters }: MetricSource, type: string): FoundSource | undefined {
  const written = parameters?.['url'];
  if (typeof written !== 'string' || written === '') return undefined;
  const url = [...pathParameters].reduce((base, [parameter, parts]) => {
    const value = parameters?.[parameter];
    return value === undefined ? base : [base.replace(/\/+$/, ''), ...parts, String(value)].join('/');
  }, written);
  const name = plain(subject.name);
  const component = parameters?.['component'];
  const entry = { type, name, url };
  if (component === undefined) return { entry };
  const id = {
    domain_name: name,
    url: redactUrl(url),
    source_id: String(component),
    source_type: type,
    domain_type: subject.type,
  };
  return { entry, id };
}
