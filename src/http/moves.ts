import type { HttpRequest } from './client.js';
import type { HttpResponse } from './response.js';

const movedStatuses: readonly number[] = [301, 302, 307, 308];
const safeMethods: readonly HttpRequest['method'][] = ['GET', 'HEAD', 'PROPFIND'];

/**
 * Where an API says that something is now, as a renamed repository, or that it is to be asked over https. Never on
 * another server, which would be given the token: of a new address only path and query count, as a server need not know
 * by which name it is reached, and its own host over https.
 */
export class Moves {
  #origin: string | undefined;

  /** @param base of the API; what lies beside it is no part of it, such as a login page */
  constructor(private readonly base: URL) {}

  /** Where a URL of the API is asked for, now that it may have moved to https. */
  current(url: URL): URL {
    return this.#origin === undefined || url.origin !== this.base.origin ? url : this.#at(this.#origin, url);
  }

  /** Where a request is to be sent in place of the answer that it got; undefined where it is not to be sent again. */
  next(method: HttpRequest['method'], { status, headers, url }: HttpResponse): URL | undefined {
    const location = headers.get('location') ?? '';
    if (!movedStatuses.includes(status) || location === '' || !URL.canParse(location, url.href)) return undefined;
    const target = new URL(location, url);
    if (!target.pathname.startsWith(this.base.pathname)) return undefined;
    const isSame = target.pathname === url.pathname && target.search === url.search;
    const isUpgrade = url.protocol === 'http:' && target.protocol === 'https:' && target.hostname === url.hostname;
    if (isUpgrade) this.#origin = target.origin;
    // What changes something is sent again only where nothing but the server has moved.
    const maySend = safeMethods.includes(method) || (isUpgrade && isSame);
    return maySend ? this.#at(this.#origin ?? this.base.origin, target) : undefined;
  }

  /** A path may look like the address of another server. */
  #at(origin: string, { pathname, search }: URL): URL {
    const url = new URL(origin);
    url.pathname = pathname;
    url.search = search;
    return url;
  }
}
