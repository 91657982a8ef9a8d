import { z } from 'zod';
import type { Fields } from './form.js';
import { RequestError } from './request-error.js';

/** Key of a project or an agent (schema utils.json, `jira_project`). It is part of paths. */
export const ProjectKey = z
  .string()
  .regex(/^[A-Z]+$/, 'Project key must be all-uppercase, only alphabetic characters')
  .max(64, 'Project key must be at most 64 characters');

/** @throws RequestError 400 where the text is no key */
export function parseKey(text: unknown): string {
  const result = ProjectKey.safeParse(text);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new RequestError(400, issue?.message ?? 'Project key is malformed');
  }
  return result.data;
}

interface Wording {
  readonly missing: string;
  readonly several: string;
}

/** The only value of a field. @throws RequestError 400 where there is none, or more than one */
export function single(fields: Fields, name: string, wording: Wording): string {
  const [value, ...others] = fields.get(name) ?? [];
  if (value === undefined) {
    throw new RequestError(400, wording.missing);
  }
  if (others.length > 0) {
    throw new RequestError(400, wording.several);
  }
  return value;
}

const MISSING = 'Project must be specified';

/** Key in the field `project`. @throws RequestError 400 */
export function requiredProject(fields: Fields, several = 'Exactly one project must be specified in GET'): string {
  return parseKey(single(fields, 'project', { missing: MISSING, several }));
}

/** Key in the field `agent`, else the project. @throws RequestError 400 */
export function agentOf(
  fields: Fields,
  project: string,
  several = 'Exactly one project must be specified in GET',
): string {
  return fields.has('agent') ? parseKey(single(fields, 'agent', { missing: MISSING, several })) : project;
}
