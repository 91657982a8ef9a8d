import { z } from 'zod';
import { HttpError, publicUrl } from '../../http/errors.js';
import type { HttpResponse } from '../../http/response.js';

/** Most that is quoted of a name that the server gives. */
const mostQuoted = 80;

const problemSchema = z.object({
  typeKey: z.string().regex(/^\w+$/).max(mostQuoted).optional().catch(undefined),
  message: z.string().optional().catch(undefined),
});

/** A refusal with the name that Azure DevOps has for it. Its text names people at times, and is not quoted. */
export class AzureProblem extends HttpError {
  constructor(
    response: HttpResponse,
    readonly typeKey: string,
    /** Where the version that was asked for is too new: the newest that the server has. */
    readonly newestVersion: string | undefined,
  ) {
    super('status', `HTTP error ${response.status} from ${publicUrl(response.url)}: ${typeKey}`, response.status);
  }
}

/** @returns undefined where an answer holds no problem as Azure DevOps tells it */
export function readProblem(response: HttpResponse): AzureProblem | undefined {
  if (response.contentType !== 'application/json') return undefined;
  const { data } = problemSchema.safeParse(parse(response.text));
  if (data?.typeKey === undefined) return undefined;
  const newest = /supports is (?<version>\d+\.\d+)/.exec(data.message ?? '')?.groups?.['version'];
  return new AzureProblem(response, data.typeKey, newest);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
