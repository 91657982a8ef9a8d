import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../config/atomic-file.js';
import { pinoLevels } from '../log/level.js';
import { secretsFile, secretsSchema } from '../tables/secrets.js';
import { type AgentContext, exportFolder, reportFailure, resolvePath } from './context.js';
import { Controller } from './controller.js';
import type { PreflightOptions } from './preflight-options.js';

/** File of variables that the controller gives for the scrape. */
export const preflightEnvironment = 'preflight_env';

const partSchema = z.looseObject({ ok: z.unknown(), message: z.unknown(), contents: z.unknown() }).partial();
const statusSchema = z.record(z.string(), z.unknown());
type Status = z.output<typeof statusSchema>;

/** Names of the failed checks, in the words of the original. */
type Problems = readonly string[];

async function checkSecrets(context: AgentContext, file: string): Promise<Problems> {
  let text: string;
  try {
    text = await readFile(resolvePath(context.runtime, file), 'utf8');
  } catch {
    context.log.fatal(`Secrets file ${file} is not available; generate-key gets it from the controller`);
    return ['secrets-missing'];
  }
  try {
    if (secretsSchema.safeParse(JSON.parse(text)).success) {
      return [];
    }
    context.log.fatal(`Secrets file ${file} does not contain salts; remove it and run generate-key`);
  } catch {
    context.log.fatal(`Secrets file ${file} is not JSON; remove it and run generate-key`);
  }
  return ['secrets-format'];
}

function problemsOf(status: Status): Problems {
  const parts = Object.entries(status).filter(([name]) => name !== 'total');
  const failed = parts.flatMap(([name, value]) => {
    const { data } = partSchema.safeParse(value);
    const message = typeof data?.message === 'string' ? data.message : 'Not OK';
    return data?.ok ? [] : [`Status '${name}': ${message}`];
  });
  return ['controller-service-unavailable', ...failed];
}

/** Stores the variables of the answer, if it has any; an older file stays where it has none. */
async function writeEnvironment(context: AgentContext, status: Status): Promise<void> {
  const contents = partSchema.safeParse(status.configuration).data?.contents;
  if (typeof contents === 'string') {
    await writeFileAtomically(join(exportFolder(context), preflightEnvironment), contents, 0o644);
  }
}

async function checkController(context: AgentContext, controller: Controller): Promise<Problems> {
  const response = await controller.status();
  let status: Status;
  try {
    status = response.json(statusSchema);
  } catch (error) {
    reportFailure(context, error, 'Invalid response from the controller');
    return ['controller-format'];
  }
  if (response.status === 503 && 'total' in status) {
    const problems = problemsOf(status);
    const total = partSchema.safeParse(status.total).data?.message;
    const summary = typeof total === 'string' ? total : 'Not OK';
    context.log.warn(`Controller status: ${summary}: ${problems.join(', ')}`);
    return problems;
  }
  if (response.status !== 200) {
    context.log.fatal(`Unexpected HTTP error ${response.status} for controller status`);
    return ['controller-http'];
  }
  await writeEnvironment(context, status);
  return [];
}

/** Local time with microseconds and offset from UTC, as `preflight_date.txt` has it. */
export function formatLocalDate(date: Date): string {
  const offset = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
  const two = (value: number) => String(Math.trunc(value)).padStart(2, '0');
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
  return `${local}000${zone}`;
}

async function check(context: AgentContext, options: PreflightOptions): Promise<Problems> {
  const secrets = options.secrets ?? secretsFile(context.runtime.home, context.runtime.environment);
  const problems = secrets === false ? [] : await checkSecrets(context, secrets);
  const controller = Controller.of(context, options);
  if (controller === undefined) {
    return problems;
  }
  try {
    return [...problems, ...(await checkController(context, controller))];
  } finally {
    await controller.close();
  }
}

/**
 * Checks whether this agent may scrape the project now, and stores the variables that the controller gives.
 *
 * @returns exit code: 0 where all checks passed or failed ones are to be skipped; 1 otherwise, also where there was no
 * verified connection to the controller
 */
export async function preflight(caller: AgentContext, options: PreflightOptions): Promise<number> {
  const level = options.log === undefined ? {} : { level: pinoLevels[options.log] };
  const context = { ...caller, log: caller.log.child({}, level) };
  await mkdir(exportFolder(context), { recursive: true });
  let problems: Problems;
  try {
    problems = await check(context, options);
  } catch (error) {
    return reportFailure(context, error, 'The controller could not be asked for its status');
  }
  context.log.info(problems.length === 0 ? 'All checks passed' : `Failed checks: ${problems.join(', ')}`);
  if (problems.length > 0 && options.skip !== true) {
    return 1;
  }
  const file = join(exportFolder(context), 'preflight_date.txt');
  await writeFileAtomically(file, formatLocalDate(new Date()), 0o644);
  return 0;
}
