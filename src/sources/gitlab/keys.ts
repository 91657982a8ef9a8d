import { z } from 'zod';
import type { ApiClient } from '../../http/api.js';
import type { AccountKeys, KeyRegistrar, KnownKey, NewKey } from '../keys.js';
import { parseSourceUrl } from '../source-url.js';
import { openApi, resolveServer } from './place.js';
import { userKeySchema } from './schema.js';

const anything = z.unknown();

/** Public keys of the user to whom the token of a host belongs. */
export const gitlabKeys: KeyRegistrar = {
  system: 'GitLab',
  option: 'gitlab_token',
  open(context) {
    const server = resolveServer(parseSourceUrl(context.url), context.location);
    return new UserKeys(openApi(context, server, { scope: 'api' }));
  },
};

/** https://docs.gitlab.com/api/user_keys/ */
class UserKeys implements AccountKeys {
  constructor(private readonly api: ApiClient) {}

  async *list(): AsyncGenerator<KnownKey> {
    await this.api.getJson('user', anything);
    for await (const { id, title, key } of this.api.pages('user/keys', userKeySchema)) {
      yield { id: String(id), title, key };
    }
  }

  async remove({ id }: KnownKey): Promise<void> {
    await this.api.sendJson('DELETE', `user/keys/${encodeURIComponent(id)}`, anything);
  }

  async add(key: NewKey): Promise<void> {
    await this.api.sendJson('POST', 'user/keys', anything, { json: key });
  }
}
