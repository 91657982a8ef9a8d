import type { FastifyRequest } from 'fastify';
import type { Field } from '../form.js';
import { MAX_BODY_BYTES } from '../limits.js';
import { RequestError } from '../request-error.js';

/** Fields of a multipart body, in their order. @throws RequestError 400 where it holds files, 413 where it is too large */
export async function readMultipart(request: FastifyRequest): Promise<readonly Field[]> {
  try {
    return await collectFields(request);
  } catch (error) {
    // The parser's own errors have no status: all that it complains of is the body.
    throw error instanceof Error && (error instanceof RequestError || 'statusCode' in error)
      ? error
      : new RequestError(400, 'Multipart body is malformed');
  }
}

async function collectFields(request: FastifyRequest): Promise<readonly Field[]> {
  const fields: Field[] = [];
  let bytes = 0;
  for await (const part of request.parts()) {
    if (part.type === 'file') {
      throw new RequestError(400, 'Files are not accepted: give the value as a field');
    }
    const value = typeof part.value === 'string' ? part.value : '';
    bytes += part.fieldname.length + value.length;
    if (bytes > MAX_BODY_BYTES) {
      throw new RequestError(413, 'Request body is too large');
    }
    fields.push([part.fieldname, value]);
  }
  return fields;
}
