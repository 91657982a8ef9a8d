import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { dropBody } from '../http/drop-body.js';
import type { Logger } from '../log/logger.js';
import { MAX_BODY_BYTES } from './limits.js';
import { RequestError } from './request-error.js';
import { StoreError } from './store/error.js';

const STATUS_PATH = '/auth/status.py';
const METHODS = ['GET', 'HEAD', 'POST'] as const;

/** Makes every error one line of text that tells nothing of the inside of the controller. */
export function addErrorAnswers(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler(async (error, request, reply) => {
    const { status, message } = describe(error);
    if (status >= 500 && !(error instanceof RequestError)) {
      log.error({ err: error, path: request.routeOptions.url }, 'Request failed');
    }
    if (status === 413) {
      await dropBody(request.raw);
    }
    return sendLine(reply.code(status), message);
  });
  app.setNotFoundHandler((request, reply) => answerUnknown(app, request, reply));
}

interface Answer {
  readonly status: number;
  readonly message: string;
}

function describe(error: unknown): Answer {
  if (error instanceof RequestError) {
    return error;
  }
  if (error instanceof StoreError) {
    return { status: 503, message: `Could not ${error.doing}` };
  }
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  switch (status) {
    case 413:
      return { status, message: `Request body is too large: at most ${MAX_BODY_BYTES} bytes are read` };
    case 415:
      return { status, message: 'Request body must be application/x-www-form-urlencoded or multipart/form-data' };
    case 400:
    case 406:
      return { status: 400, message: 'Request is malformed' };
    default:
      return { status: 503, message: 'Controller failed to handle the request; its log says why' };
  }
}

/** A path without such a method says which it has. The original knows a number for it at one place only. */
function answerUnknown(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = request.url.split('?', 1)[0] ?? '';
  const allowed = METHODS.filter((method) => app.hasRoute({ method, url: path }));
  if (allowed.length === 0) {
    return sendLine(reply.code(404), 'No such path');
  }
  return path === STATUS_PATH
    ? sendLine(reply.code(501), 'Server does not support this operation')
    : sendLine(reply.code(405).header('allow', allowed.join(', ')), 'Method is not allowed for this path');
}

function sendLine(reply: FastifyReply, message: string): FastifyReply {
  return reply.header('content-type', 'text/plain').send(`${message}\n`);
}
