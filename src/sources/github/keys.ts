import { z } from 'zod';
import type { ApiClient } from '../../http/api.js';
import { HttpError } from '../../http/errors.js';
import type { AccountKeys, KeyRegistrar, KnownKey, NewKey } from '../keys.js';
import { parseSourceUrl } from '../source-url.js';
import { openApi, permissions, resolveServer } from './place.js';
import { keySchema } from './schema.js';

const anything = z.unknown();

/** Public keys of the user to whom the token of a host belongs. */
export const githubKeys: KeyRegistrar = {
  system: 'GitHub',
  option: 'github_token',
  open(context) {
    const server = resolveServer(parseSourceUrl(context.url), context.location);
    return new UserKeys(openApi(context, server, permissions.keys));
  },
};

/** What a status means that GitHub gives for keys, beside refusals that name themselves. */
const meanings: ReadonlyMap<number | undefined, string> = new Map([
  [404, `the token needs ${permissions.keys}`],
  [422, 'is the key in use by another account, or by a repository as its deploy key?'],
]);

/** https://docs.github.com/rest/users/keys */
class UserKeys implements AccountKeys {
  constructor(private readonly api: ApiClient) {}

  async *list(): AsyncGenerator<KnownKey> {
    try {
      for await (const { id, title, key } of this.api.pages('user/keys', keySchema, { query: { per_page: 100 } })) {
        yield { id: String(id), title: title ?? '', key };
      }
    } catch (error) {
      throw explain(error);
    }
  }

  async remove({ id }: KnownKey): Promise<void> {
    const path = `user/keys/${encodeURIComponent(id)}`;
    await this.api.sendJson('DELETE', path, anything).catch((error: unknown) => Promise.reject(explain(error)));
  }

  async add(key: NewKey): Promise<void> {
    const sent = this.api.sendJson('POST', 'user/keys', anything, { json: key });
    await sent.catch((error: unknown) => Promise.reject(explain(error)));
  }
}

function explain(error: unknown): unknown {
  const meaning = error instanceof HttpError ? meanings.get(error.status) : undefined;
  return error instanceof HttpError && meaning !== undefined ? error.explained(meaning) : error;
}
