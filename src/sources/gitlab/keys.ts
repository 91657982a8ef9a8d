import { z } from 'zod';
import type { HttpClient } from '../../http/client.js';
import type { HttpResponse } from '../../http/response.js';
import type { Logger } from '../../log/logger.js';

/** Access to the keys of the user to whom a token belongs. */
export interface GitLabAccount {
  /** `https://gitlab.example.org/` */
  readonly url: URL;
  /** Token with the scope `api`. */
  readonly token: string;
}

export interface PublishedKey {
  /** Stands for the agent; older keys of this title are removed. */
  readonly title: string;
  /** OpenSSH form, with comment. */
  readonly key: string;
}

const keySchema = z.object({ id: z.number().int(), title: z.string(), key: z.string() });
const maximumPages = 100;

/** https://docs.gitlab.com/api/user_keys/ */
class UserKeys {
  constructor(
    private readonly client: HttpClient,
    private readonly account: GitLabAccount,
    private readonly signal: AbortSignal,
  ) {}

  /** @throws {HttpError} where the token is refused or the host is no GitLab */
  async check(): Promise<void> {
    expectStatus(await this.send('GET', 'user'), 200);
  }

  /** Page by page, in the order of GitLab. */
  async *list(): AsyncGenerator<z.output<typeof keySchema>> {
    let next = 'user/keys';
    for (let page = 1; page <= maximumPages; page += 1) {
      const response = expectStatus(await this.send('GET', next), 200);
      yield* response.json(z.array(keySchema));
      const number = response.headers.get('x-next-page') ?? '';
      if (!/^\d+$/.test(number)) {
        return;
      }
      next = `user/keys?page=${number}`;
    }
  }

  async remove(id: number): Promise<void> {
    expectStatus(await this.send('DELETE', `user/keys/${id}`), 204);
  }

  async add(key: PublishedKey): Promise<void> {
    expectStatus(await this.send('POST', 'user/keys', key), 201);
  }

  private send(method: 'GET' | 'POST' | 'DELETE', path: string, json?: unknown): Promise<HttpResponse> {
    const { client, account, signal } = this;
    const url = new URL(`api/v4/${path}`, account.url);
    const headers = { 'private-token': account.token };
    return client.request({ method, url, headers, signal, ...(json === undefined ? {} : { json }) });
  }
}

function expectStatus(response: HttpResponse, status: number): HttpResponse {
  if (response.status !== status) {
    throw response.statusError();
  }
  return response;
}

/**
 * Makes a public key known to GitLab, unless it is already: walks through the keys of the user, removes those of the
 * same title up to the key itself, and adds it where it was not met.
 *
 * @param dryRun only log what would change
 * @throws {HttpError}
 */
export async function publishKey(
  client: HttpClient,
  account: GitLabAccount,
  key: PublishedKey,
  { log, signal, dryRun }: { readonly log: Logger; readonly signal: AbortSignal; readonly dryRun: boolean },
): Promise<void> {
  const keys = new UserKeys(client, account, signal);
  await keys.check();
  for await (const known of keys.list()) {
    if (known.key === key.key) {
      log.info(`The SSH key is known to ${account.url.host} already`);
      return;
    }
    if (known.title === key.title) {
      log.info(`Removing the old SSH key "${key.title}" from ${account.url.host}`);
      await (dryRun ? undefined : keys.remove(known.id));
    }
  }
  log.info(`Adding the SSH key "${key.title}" to ${account.url.host}`);
  await (dryRun ? undefined : keys.add(key));
}
