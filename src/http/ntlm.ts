import type { HttpRequest, HttpTransport } from './client.js';
import { HttpError, publicUrl } from './errors.js';
import type { HttpResponse } from './response.js';

export interface NtlmAccount {
  /** `name`, `DOMAIN\name` or `name@domain`. */
  readonly username: string;
  readonly password: string;
}

/** The schemes that Windows takes messages of NTLM by. */
const schemes = ['NTLM', 'Negotiate'] as const;
type Scheme = (typeof schemes)[number];

/** The scheme by which a server that refuses a request would take messages of NTLM. */
export function offeredScheme({ status, headers }: HttpResponse): Scheme | undefined {
  if (status !== 401) return undefined;
  const offers = headers.get('www-authenticate') ?? '';
  return schemes.find((scheme) => new RegExp(`(?:^|[\\s,])${scheme}(?:$|[\\s,])`, 'i').test(offers));
}

/**
 * Sends requests as an account of a Windows domain. NTLM proves a connection, not a request: each connection here
 * carries one request at a time, and is proven when it is new, and again where the server asks for it.
 */
export class NtlmTransport implements HttpTransport {
  readonly #idle: ProvenConnection[] = [];
  readonly #credentials: Credentials;

  /** @param openConnection gives something that keeps to one connection */
  constructor(
    { username, password }: NtlmAccount,
    private readonly scheme: Scheme,
    private readonly openConnection: () => HttpTransport,
  ) {
    const [, domain = '', name = username] = /^([^\\]*)\\(.*)$/s.exec(username) ?? [];
    this.#credentials = { domain, username: name, password, workstation: '' };
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    const connection = this.#idle.pop() ?? new ProvenConnection(this.openConnection(), this.scheme, this.#credentials);
    try {
      return await connection.request(request);
    } finally {
      this.#idle.push(connection);
    }
  }
}

/** Imported where an account of Windows is met: few are. */
async function importMessages() {
  const { default: messages } = await import('httpntlm/ntlm.js');
  return messages;
}

type NtlmMessages = Awaited<ReturnType<typeof importMessages>>;

interface Credentials {
  readonly domain: string;
  readonly username: string;
  readonly password: string;
  readonly workstation: string;
}

/** What the server makes of a connection: it is new, has just been proven, or has carried requests since then. */
type State = 'unknown' | 'proven' | 'used';

class ProvenConnection {
  #state: State = 'unknown';
  /** Some servers want a proof for each request. */
  #provesEachRequest = false;

  constructor(
    private readonly connection: HttpTransport,
    private readonly scheme: Scheme,
    private readonly credentials: Credentials,
  ) {}

  async request(request: HttpRequest): Promise<HttpResponse> {
    try {
      return await this.#send(request);
    } catch (error) {
      // The next request has a new connection.
      this.#state = 'unknown';
      throw error;
    }
  }

  async #send(request: HttpRequest): Promise<HttpResponse> {
    if (this.#state === 'unknown' || this.#provesEachRequest) return this.#prove(request);
    const response = await this.connection.request(request);
    if (offeredScheme(response) === undefined) {
      this.#state = 'used';
      return response;
    }
    this.#provesEachRequest = this.#state === 'proven';
    return this.#prove(request);
  }

  async #prove(request: HttpRequest): Promise<HttpResponse> {
    const messages = await importMessages();
    const { domain, workstation } = this.credentials;
    const refused = await this.#sendWith(request, messages.createType1Message({ domain, workstation }));
    const challenge = readChallenge(messages, refused, request.url);
    if (challenge === undefined) return refused;
    const response = await this.#sendWith(request, messages.createType3Message(challenge, { ...this.credentials }));
    this.#state = response.status === 401 ? 'unknown' : 'proven';
    return response;
  }

  #sendWith(request: HttpRequest, message: string): Promise<HttpResponse> {
    const authorization = message.replace(/^NTLM/, this.scheme);
    return this.connection.request({ ...request, headers: { ...request.headers, authorization } });
  }
}

/** Each message begins with `NTLMSSP`. */
const challengeHeader = /\b(?:NTLM|Negotiate)\s+(TlRMTVNTUA[A-Za-z0-9+/]*=*)/i;

/** @returns undefined where the server does not challenge, be it that it answers or that it fails */
function readChallenge(messages: NtlmMessages, { status, headers }: HttpResponse, url: URL) {
  const [, message] = challengeHeader.exec(headers.get('www-authenticate') ?? '') ?? [];
  if (status !== 401 || message === undefined) return undefined;
  const challenge = parseChallenge(messages, `NTLM ${message}`);
  if (challenge?.targetInfo === undefined) {
    // An answer by version 1 would let whoever reads it find out the password.
    throw new HttpError('protocol', `${publicUrl(url)} does not offer version 2 of NTLM, and version 1 is not safe`);
  }
  return challenge;
}

function parseChallenge(messages: NtlmMessages, header: string) {
  try {
    return messages.parseType2Message(header, () => undefined);
  } catch {
    // Cut short.
    return null;
  }
}
