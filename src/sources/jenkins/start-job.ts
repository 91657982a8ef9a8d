import { setTimeout as sleep } from 'node:timers/promises';
import { HttpError, orMissing } from '../../http/errors.js';
import { mayPass } from '../../http/retry.js';
import type { Logger } from '../../log/logger.js';
import type { Crumb, JenkinsClient } from './client.js';
import type { Job, Starts } from './schema.js';

type Parameters = Readonly<Record<string, string>>;

export interface StartOptions {
  /** Path of the job from folder to folder, as `team/build`. */
  readonly job: string;
  /** Values by name; the job's defaults fill in the others. */
  readonly parameters: Parameters;
  /** Token that the job can be started with, whoever asks. */
  readonly token?: string;
}

interface Scope {
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Milliseconds before another attempt. */
const pauses: readonly number[] = [1_000, 3_000, 10_000];

/**
 * Starts a job once. Where the answer is lost, Jenkins is asked whether it has been started before it is tried again.
 *
 * @throws {HttpError} where it cannot be started; an AccessError names what would mend it
 */
export async function startJob(
  client: JenkinsClient,
  { job: path, parameters, token }: StartOptions,
  { log, signal }: Scope,
): Promise<void> {
  const job = await orMissing(client.job(path));
  if (job === undefined) throw new HttpError('status', `Jenkins has no job ${path}, or does not show it`, 404);
  const { action, form } = request(job, parameters);
  const fields = token === undefined ? form : { ...form, token };
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await client.start(path, action, fields, await findCrumb(client, log));
    } catch (error) {
      const pause = pauses[attempt];
      if (pause === undefined || !mayPass(error)) throw error;
      log.warn(`The job ${path} is perhaps not started, which is looked into: ${messageOf(error)}`);
      await sleep(pause, undefined, { signal });
      if (isStarted(await client.starts(path), job, parameters)) return;
    }
  }
}

/** A job with parameters takes them as fields, and passes over those that it does not know. */
function request(
  job: Job,
  own: Parameters,
): { readonly action: 'build' | 'buildWithParameters'; readonly form: Parameters } {
  const definitions = [...job.actions, ...job.property].find((holder) => holder?.parameterDefinitions != null);
  if (definitions?.parameterDefinitions != null) {
    return { action: 'buildWithParameters', form: { ...defaultsOf(definitions.parameterDefinitions), ...own } };
  }
  const parameter = Object.entries(own).map(([name, value]) => ({ name, value }));
  return { action: 'build', form: { json: JSON.stringify({ parameter }) } };
}

type Definitions = NonNullable<NonNullable<Job['actions'][number]>['parameterDefinitions']>;

/** Defaults as text, in the spelling that jobs of the original are used to; one that is absent is left to Jenkins. */
function defaultsOf(definitions: Definitions): Parameters {
  const defaults = definitions.map(({ name, defaultParameterValue }) => [
    name,
    defaultText(defaultParameterValue?.value),
  ]);
  return Object.fromEntries(defaults.filter(([, value]) => value !== undefined));
}

function defaultText(value: unknown): string | undefined {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** Without a crumb it may still work: an API token needs none. */
async function findCrumb(client: JenkinsClient, log: Logger): Promise<Crumb> {
  try {
    return (await client.crumb()) ?? {};
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    log.warn(`Jenkins gives no crumb, and is asked without one: ${error.message}`);
    return {};
  }
}

function isStarted({ builds, queueItem }: Starts, { nextBuildNumber }: Job, own: Parameters): boolean {
  const fresh = builds.filter(({ number }) => number >= (nextBuildNumber ?? 0));
  const started = [...fresh, ...(queueItem == null ? [] : [queueItem])];
  return started.some(({ actions }) => hasParameters(actions, own));
}

/** Parameters that the job does not know are not kept. */
function hasParameters(actions: Starts['builds'][number]['actions'], own: Parameters): boolean {
  const given = actions.flatMap((action) => action?.parameters ?? []);
  return given.every(({ name, value }) => own[name] === undefined || own[name] === value);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
