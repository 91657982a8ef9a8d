/** Why a request gave no usable answer. */
export type HttpFailure =
  | 'denied'
  | 'dns'
  | 'refused'
  | 'unreachable'
  | 'proxy'
  | 'self-signed'
  | 'untrusted'
  | 'expired'
  | 'wrong-name'
  | 'tls'
  | 'timeout'
  | 'cut'
  | 'too-large'
  | 'protocol'
  | 'status'
  | 'access'
  | 'rate-limit'
  | 'format'
  | 'incomplete';

/**
 * A request that failed. The message names what was asked for, without credentials and query, so that it can be logged
 * as it is.
 */
export class HttpError extends Error {
  override readonly name = 'HttpError';

  constructor(
    readonly failure: HttpFailure,
    message: string,
    /** Status of the answer, where there was one. */
    readonly status?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The same failure with what it means where it was met. */
  explained(meaning: string): HttpError {
    return new HttpError(this.failure, `${this.message}; ${meaning}`, this.status, { cause: this });
  }
}

/** Origin and path of a URL: what of it is no secret. */
export function publicUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/** Undefined in place of what the server answers with 404. */
export async function orMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof HttpError && error.status === 404) return undefined;
    throw error;
  }
}

/** What a failed connection means to a person. */
export interface Explanation {
  readonly failure: HttpFailure;
  readonly text: string;
}

const explanations: ReadonlyMap<string, Explanation> = new Map<string, Explanation>([
  ['ENOTFOUND', { failure: 'dns', text: 'the name of the host is not known; check its spelling and the name server' }],
  ['EAI_AGAIN', { failure: 'dns', text: 'the name server does not answer' }],
  ['ECONNREFUSED', { failure: 'refused', text: 'the connection was refused; is the service running on that port?' }],
  ['EHOSTUNREACH', { failure: 'unreachable', text: 'the host cannot be reached from this network' }],
  ['ENETUNREACH', { failure: 'unreachable', text: 'the network of the host cannot be reached' }],
  ['ETIMEDOUT', { failure: 'timeout', text: 'the connection timed out' }],
  ['UND_ERR_CONNECT_TIMEOUT', { failure: 'timeout', text: 'no connection within the time limit' }],
  ['UND_ERR_HEADERS_TIMEOUT', { failure: 'timeout', text: 'no answer within the time limit' }],
  ['UND_ERR_BODY_TIMEOUT', { failure: 'timeout', text: 'the answer stopped half-way and timed out' }],
  [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    { failure: 'self-signed', text: 'its certificate is self-signed and not one that is trusted here' },
  ],
  [
    'SELF_SIGNED_CERT_IN_CHAIN',
    { failure: 'self-signed', text: 'its certificate was issued by an authority that is not trusted here' },
  ],
  [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    { failure: 'untrusted', text: 'its certificate was issued by an authority that is not trusted here' },
  ],
  [
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    { failure: 'untrusted', text: 'its certificate was issued by an authority that is not trusted here' },
  ],
  [
    'UNABLE_TO_GET_ISSUER_CERT',
    { failure: 'untrusted', text: 'the chain of its certificate is incomplete or not trusted here' },
  ],
  ['CERT_SIGNATURE_FAILURE', { failure: 'untrusted', text: 'the signature of its certificate is wrong' }],
  ['CERT_HAS_EXPIRED', { failure: 'expired', text: 'its certificate has expired; its operator has to renew it' }],
  ['CERT_NOT_YET_VALID', { failure: 'expired', text: 'its certificate is not valid yet; check the clock' }],
  ['ERR_TLS_CERT_ALTNAME_INVALID', { failure: 'wrong-name', text: 'its certificate is for another host name' }],
  ['UND_ERR_SOCKET', { failure: 'cut', text: 'the connection was cut before the answer was complete' }],
  ['ECONNRESET', { failure: 'cut', text: 'the connection was cut before the answer was complete' }],
  ['EPIPE', { failure: 'cut', text: 'the connection was cut while the request was sent' }],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', { failure: 'cut', text: 'the answer is shorter than announced' }],
  ['UND_ERR_RES_EXCEEDED_MAX_SIZE', { failure: 'too-large', text: 'the answer is larger than allowed' }],
  ['UND_ERR_HEADERS_OVERFLOW', { failure: 'too-large', text: 'the headers of the answer are larger than allowed' }],
  ['UND_ERR_ABORTED', { failure: 'proxy', text: 'the proxy refused to connect to the host' }],
]);

/** The `code` of an error, or of the first cause that has one. */
function errorCode(error: unknown): string | undefined {
  let current = error;
  while (current instanceof Error) {
    if ('code' in current && typeof current.code === 'string') {
      return current.code;
    }
    current = current.cause;
  }
  return undefined;
}

/** What the code of a failed connection means. */
export function explain(error: unknown): Explanation {
  const code = errorCode(error) ?? '';
  const known = explanations.get(code);
  if (known !== undefined) {
    return known;
  }
  if (error instanceof Error && error.name === 'TimeoutError') {
    return { failure: 'timeout', text: 'the whole request took longer than allowed' };
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) {
    return { failure: 'tls', text: `no encrypted connection could be agreed on (${code}); does that port speak TLS?` };
  }
  if (code.startsWith('HPE_') || (error instanceof Error && error.name === 'HTTPParserError')) {
    return { failure: 'protocol', text: 'the answer is not HTTP; is that the right port?' };
  }
  return { failure: 'cut', text: error instanceof Error ? error.message : 'the request failed' };
}

/** What lay between this program and the host. */
export interface Route {
  readonly proxy: URL | undefined;
  /** File of the only certificates that are trusted; undefined for those of the system. */
  readonly certificateFile: string | undefined;
}

function adviceOn(failure: HttpFailure, certificateFile: string | undefined): string {
  if (failure !== 'self-signed' && failure !== 'untrusted') return '';
  return certificateFile === undefined
    ? '; if it is the right one, put a copy of it in the file that SSL_CERT_FILE names'
    : `; trusted is what ${certificateFile} holds: if the host has got a new one, put a copy of that there`;
}

/** Turns what the transport throws into an error that says which host failed, how, and through which proxy. */
export function describeFailure(method: string, url: URL, error: unknown, route: Route): HttpError {
  const { failure, text } = explain(error);
  const through = route.proxy === undefined ? '' : ` through the proxy ${route.proxy.host}`;
  const message = `${method} ${publicUrl(url)}${through} failed: ${text}${adviceOn(failure, route.certificateFile)}`;
  return new HttpError(failure, message, undefined, { cause: error });
}
