import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Field, type Fields, groupFields, parseForm } from '../form.js';
import { formatJson, type Json } from '../json.js';
import { ProjectKey } from '../parameters.js';
import { readMultipart } from './multipart.js';

export type Method = 'GET' | 'POST';

export interface Endpoint {
  readonly path: string;
  readonly method: Method;
  /** Methods that the original answers too, and that no document promises. */
  readonly undocumented?: readonly Method[];
  readonly head?: boolean;
  readonly schema: {
    readonly summary: string;
    readonly querystring?: z.ZodType;
    readonly body?: z.ZodType;
    readonly response: Readonly<Record<number, z.ZodType>>;
  };
  readonly handle: (request: FastifyRequest, reply: FastifyReply, form: Form) => Promise<FastifyReply>;
}

/** The fields of a request. */
export interface Form {
  readonly query: Fields;
  readonly body: Fields;
  /** Both together, as a CGI script of the original sees them. */
  readonly all: Fields;
}

/** Adds the routes of an endpoint. */
export function addEndpoint(app: FastifyInstance, endpoint: Endpoint): void {
  const { path, method, undocumented = [], head = false, schema, handle } = endpoint;
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    handle(request, reply, await readForm(request));
  app.route({ method, url: path, schema: documented(schema), handler, exposeHeadRoute: head });
  for (const other of undocumented) {
    app.route({ method: other, url: path, schema: { hide: true }, handler, exposeHeadRoute: false });
  }
}

/** Adds what the document says of the forms of bodies, where it would take all for JSON. */
function documented({ response, ...schema }: Endpoint['schema']) {
  const answers = Object.entries(response).map(([status, answer]) => [
    status,
    answer === ErrorLine ? { description: 'Error', content: { 'text/plain': { schema: answer } } } : answer,
  ]);
  const consumes = schema.body === undefined ? {} : { consumes: ['application/x-www-form-urlencoded'] };
  return { ...schema, ...consumes, response: Object.fromEntries(answers) };
}

/** What the parser of urlencoded bodies makes; undefined where there is no body. */
const FormBody = z.array(z.tuple([z.string(), z.string()]).readonly()).readonly();

/** @throws RequestError 400 or 413 where a part is malformed or too large */
async function readForm(request: FastifyRequest): Promise<Form> {
  const query = queryFields(request.raw.url ?? '');
  const multipart = request.isMultipart();
  const body = multipart ? await readMultipart(request) : FormBody.parse(request.body ?? []);
  const all = multipart ? [...query, ...body] : [...body, ...query];
  return { query: groupFields(query), body: groupFields(body), all: groupFields(all) };
}

function queryFields(url: string): readonly Field[] {
  const start = url.indexOf('?');
  return start < 0 ? [] : parseForm(url.slice(start + 1));
}

/** Sends JSON in the original's form and without a charset in its type, which JSON has none of. */
export function sendJson(reply: FastifyReply, value: Json, end: '' | '\n'): FastifyReply {
  return reply.header('content-type', 'application/json').send(Buffer.from(`${formatJson(value)}${end}`));
}

/** Parts of the schemas that endpoints share. */
export const ProjectQuery = ProjectKey.describe('Key of the project');
export const ErrorLine = z.string().describe('One line of text that says what is wrong');
export const NoContent = z.null().describe('No body');
