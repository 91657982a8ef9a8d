import type { HttpRequest, HttpTransport } from '../../http/client.js';
import type { HttpResponse } from '../../http/response.js';

/** Requests that prove an account by a session, whose cookie Jira gives for user name and password. */
export function sessionOf(
  client: HttpTransport,
  url: URL,
  account: { readonly username: string; readonly password: string },
): HttpTransport {
  return new Session(client, url, account);
}

class Session implements HttpTransport {
  #login: Promise<HttpResponse> | undefined;

  constructor(
    private readonly client: HttpTransport,
    private readonly url: URL,
    private readonly account: Readonly<Record<'username' | 'password', string>>,
  ) {}

  async request(request: HttpRequest): Promise<HttpResponse> {
    const login = this.login();
    const first = await this.send(request, login);
    if (first.status !== 401 || (await login).status >= 400) return first;
    // Sessions end. Whoever is first begins another one for all.
    if (this.#login === login) this.#login = undefined;
    return this.send(request, this.login());
  }

  /** A refusal of the login is the answer to whatever was asked, so that it is waited for or told as such. */
  private async send(request: HttpRequest, login: Promise<HttpResponse>): Promise<HttpResponse> {
    const answer = await login;
    if (answer.status < 200 || answer.status >= 300) return answer;
    const headers = { ...request.headers, cookie: cookiesOf(answer) };
    return this.client.request({ ...request, headers });
  }

  private login(): Promise<HttpResponse> {
    this.#login ??= this.begin();
    return this.#login;
  }

  private async begin(): Promise<HttpResponse> {
    const forget = (): void => {
      this.#login = undefined;
    };
    try {
      const headers = { accept: 'application/json' };
      const answer = await this.client.request({ method: 'POST', url: this.url, headers, json: this.account });
      if (answer.status < 200 || answer.status >= 300) forget();
      return answer;
    } catch (error) {
      forget();
      throw error;
    }
  }
}

/** Name and value of each cookie, without its attributes. */
function cookiesOf({ headers }: HttpResponse): string {
  const cookies = (headers.get('set-cookie') ?? '').split(/,\s*(?=[^;,\s=]+=)/);
  return cookies.map((cookie) => cookie.split(';', 1)[0]?.trim() ?? '').join('; ');
}
