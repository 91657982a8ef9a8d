import type { HttpRequest, HttpTransport } from '../../http/client.js';
import type { Authentication } from '../../http/connections.js';
import { type NtlmAccount, NtlmTransport, offeredScheme } from '../../http/ntlm.js';
import { HttpResponse } from '../../http/response.js';

export interface Account extends NtlmAccount {
  /** A personal access token in place of a password. */
  readonly isToken: boolean;
}

export type Proof = Authentication;

/**
 * How an account is proven to Azure DevOps.
 *
 * @param way `basic` sends name and password unasked; `challenged` as the server asks for them, by NTLM where it can
 */
export function proofOf(account: Account | undefined, way: 'basic' | 'challenged'): Proof {
  if (account === undefined) return { name: 'none', apply: (client) => new SignIn(client) };
  if (way === 'basic') return { name: 'basic', apply: (client) => new SignIn(new Basic(client, account)) };
  return {
    name: 'challenged',
    apply: (client, openConnection) => new Challenged(new SignIn(client), account, openConnection),
  };
}

/** Takes the page to sign in at, which the service gives as a success (203), for the refusal that it is. */
class SignIn implements HttpTransport {
  constructor(private readonly transport: HttpTransport) {}

  async request(request: HttpRequest): Promise<HttpResponse> {
    const response = await this.transport.request(request);
    const { url, status, headers, text } = response;
    return status === 203 ? new HttpResponse(url, 401, headers, text) : response;
  }
}

class Basic implements HttpTransport {
  readonly #authorization: string;

  constructor(
    private readonly transport: HttpTransport,
    { username, password }: Account,
  ) {
    this.#authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }

  request(request: HttpRequest): Promise<HttpResponse> {
    return this.transport.request({ ...request, headers: { ...request.headers, authorization: this.#authorization } });
  }
}

/** Proves an account as the server wants it, which its first refusal tells. */
class Challenged implements HttpTransport {
  #chosen: HttpTransport | undefined;
  #choosing: Promise<void> | undefined;

  constructor(
    private readonly plain: HttpTransport,
    private readonly account: Account,
    private readonly openConnection: () => HttpTransport,
  ) {}

  async request(request: HttpRequest): Promise<HttpResponse> {
    if (this.#chosen !== undefined) return this.#chosen.request(request);
    const refused = await this.plain.request(request);
    return refused.status === 401 ? this.#prove(request, refused) : refused;
  }

  /** One request finds out which way it goes. Those that were refused beside it wait, and go that way. */
  async #prove(request: HttpRequest, refused: HttpResponse): Promise<HttpResponse> {
    while (this.#choosing !== undefined) await this.#choosing;
    if (this.#chosen !== undefined) return this.#chosen.request(request);
    const answer = this.#choose(request, this.#ways(refused));
    const end = (): void => {
      this.#choosing = undefined;
    };
    this.#choosing = answer.then(end, end);
    return answer;
  }

  /** What NTLM does not know as a password may be a token. */
  #ways(refused: HttpResponse): [HttpTransport, ...HttpTransport[]] {
    const scheme = offeredScheme(refused);
    const basic = new Basic(this.plain, this.account);
    if (scheme === undefined) return [basic];
    const ntlm = new NtlmTransport(this.account, scheme, this.openConnection);
    return offersBasic(refused) ? [ntlm, basic] : [ntlm];
  }

  /** Where none of the ways is taken, later requests go the first. */
  async #choose(request: HttpRequest, [first, ...others]: [HttpTransport, ...HttpTransport[]]): Promise<HttpResponse> {
    let answer = await first.request(request);
    let chosen = first;
    for (const way of others) {
      if (answer.status !== 401) break;
      answer = await way.request(request);
      if (answer.status !== 401) chosen = way;
    }
    this.#chosen = chosen;
    return answer;
  }
}

function offersBasic({ headers }: HttpResponse): boolean {
  return /(?:^|[\s,])Basic(?:$|[\s,])/i.test(headers.get('www-authenticate') ?? '');
}
