import type { ApiClient } from '../../http/api.js';
import type { BodySink } from '../../http/client.js';
import { HttpError, orMissing } from '../../http/errors.js';
import * as schema from './schema.js';

/** Headers that a request must have which changes something. */
export type Crumb = Readonly<Record<string, string>>;

const definitions = 'parameterDefinitions[name,defaultParameterValue[value]]';
const parameters = 'actions[parameters[name,value]]';

/**
 * The part of the remote access API of Jenkins that is used. Jobs are named by their path from folder to folder, as
 * `team/build`. Throws as {@link ApiClient}.
 */
export class JenkinsClient {
  constructor(private readonly api: ApiClient) {}

  /** Jobs and views of the top level; a folder counts as one job. */
  async counts(): Promise<{ readonly jobs: number; readonly views: number }> {
    const query = { tree: 'jobs[name],views[name]' };
    const { jobs, views } = await this.api.getJson('api/json', schema.instanceSchema, { query });
    return { jobs: jobs.length, views: views.length };
  }

  /** Nodes, those that are offline too. */
  async nodes(): Promise<number> {
    const query = { tree: 'computer[displayName]' };
    return (await this.api.getJson('computer/api/json', schema.nodesSchema, { query })).computer.length;
  }

  /** Empty where the server does not tell. */
  async version(): Promise<string> {
    const { response } = await this.api.get(this.api.url('api/json', { tree: 'mode' }));
    return response.headers.get('x-jenkins') ?? '';
  }

  job(path: string): Promise<schema.Job> {
    const tree = `nextBuildNumber,actions[${definitions}],property[${definitions}]`;
    return this.api.getJson(`${jobPath(path)}api/json`, schema.jobSchema, { query: { tree } });
  }

  /** What waits or was built lately of a job. */
  starts(path: string): Promise<schema.Starts> {
    const tree = `queueItem[${parameters}],builds[number,${parameters}]{0,20}`;
    return this.api.getJson(`${jobPath(path)}api/json`, schema.startsSchema, { query: { tree } });
  }

  /** Names of the jobs within a folder or multibranch job. */
  async children(path: string): Promise<readonly string[]> {
    const query = { tree: 'jobs[name]' };
    const { jobs } = await this.api.getJson(`${jobPath(path)}api/json`, schema.childrenSchema, { query });
    return (jobs ?? []).map(({ name }) => name);
  }

  /** @param build its number, or `lastBuild`; undefined where there is none */
  async build(path: string, build: number | 'lastBuild'): Promise<schema.Build | undefined> {
    return orMissing(this.api.getJson(`${jobPath(path)}${build}/api/json`, schema.buildSchema));
  }

  /** The newest builds of a job, newest first. */
  async builds(path: string): Promise<readonly schema.BuildResult[]> {
    const query = { tree: 'builds[number,result]{0,100}' };
    return (await this.api.getJson(`${jobPath(path)}api/json`, schema.buildsSchema, { query })).builds;
  }

  /** The crumb that belongs to a session of its own; undefined where the server asks for none. */
  async crumb(): Promise<Crumb | undefined> {
    const answer = await orMissing(this.api.get(this.api.url('crumbIssuer/api/json')));
    if (answer === undefined) return undefined;
    const { crumb, crumbRequestField } = answer.response.check(answer.value, schema.crumbSchema);
    const cookie = cookies(answer.response.headers.get('set-cookie') ?? '');
    return { [crumbRequestField]: crumb, ...(cookie === '' ? {} : { cookie }) };
  }

  /** Starts a job, with parameters in the fields of a form. Not repeated: whether it has happened is not known then. */
  async start(
    path: string,
    action: 'build' | 'buildWithParameters',
    form: Readonly<Record<string, string>>,
    crumb: Crumb,
  ): Promise<void> {
    try {
      await this.api.send('POST', `${jobPath(path)}${action}`, { form, headers: crumb });
    } catch (error) {
      // It leads back to the page of the job.
      if (!(error instanceof HttpError) || (error.status !== 302 && error.status !== 303)) throw error;
    }
  }

  /** @param artifact path of a folder among the artifacts of the build, whose archive goes to the sink */
  async archive(path: string, build: number, artifact: string, sink: BodySink): Promise<void> {
    const folder = artifact.split('/').filter((part) => part !== '');
    const place = folder.map((part) => `${encodeURIComponent(part)}/`).join('');
    await this.api.download(`${jobPath(path)}${build}/artifact/${place}*zip*/dist.zip`, sink);
  }
}

function jobPath(path: string): string {
  const names = path.split('/').filter((name) => name !== '');
  return names.map((name) => `job/${encodeURIComponent(name)}/`).join('');
}

/** The `Cookie` header for what `Set-Cookie` headers, joined by commas, have set. */
function cookies(header: string): string {
  const set = header.split(/,\s*(?=[^;,=\s]+=)/).map((text) => text.split(';', 1)[0]?.trim() ?? '');
  return set.filter((text) => text !== '').join('; ');
}
