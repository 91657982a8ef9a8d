import type { HttpResponse } from './response.js';

/** One page of a list, as it was answered. */
export interface Page {
  /** The URL that was asked for. */
  readonly url: URL;
  readonly response: HttpResponse;
  /** Its body. */
  readonly value: unknown;
  /** Items on the page, malformed ones too. */
  readonly count: number;
}

/** Where a list goes on. */
export interface Continuation {
  /** URLs of all further pages, where they are known; they are asked for side by side. */
  readonly known?: readonly URL[];
  /** URL of the next page, where only that is known. */
  readonly next?: URL;
}

export type Follow = (page: Page) => Continuation;

/** A list of more pages than that is followed one by one. */
const mostKnown = 10_000;

/**
 * Follows `X-Total-Pages` of GitLab or the last page of a `Link` (RFC 8288), else the next one. Only the query of a
 * link is taken: the URL that a server believes to have need not be the one that it is reached by, and a token goes to
 * no other server.
 */
export function followHeaders({ url, response }: Page): Continuation {
  const links = parseLinks(response.headers.get('link') ?? '', url);
  const page = pageNumber(url) ?? 1;
  const last = readTotal(response) ?? pageNumber(links.get('last'));
  if (last !== undefined && last <= mostKnown) {
    const further = Math.max(0, last - page);
    return { known: Array.from({ length: further }, (_, index) => withPage(url, page + index + 1)) };
  }
  const next = links.get('next');
  if (next !== undefined) {
    const target = new URL(url);
    target.search = next.search;
    return { next: target };
  }
  const number = response.headers.get('x-next-page') ?? '';
  return /^\d+$/.test(number) ? { next: withPage(url, Number(number)) } : {};
}

function readTotal(response: HttpResponse): number | undefined {
  const text = response.headers.get('x-total-pages') ?? '';
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function pageNumber(url: URL | undefined): number | undefined {
  const text = url?.searchParams.get('page') ?? '';
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function withPage(url: URL, page: number): URL {
  const target = new URL(url);
  target.searchParams.set('page', String(page));
  return target;
}

const link = /<([^>]*)>((?:\s*;\s*[\w*!-]+\s*=\s*(?:"[^"]*"|[^\s;,"]+))*)/g;

/** URLs by relation. */
function parseLinks(header: string, base: URL): ReadonlyMap<string, URL> {
  const links = new Map<string, URL>();
  for (const [, target = '', parameters = ''] of header.matchAll(link)) {
    const relation = /;\s*rel\s*=\s*"?([^";,]+)"?/i.exec(parameters)?.[1];
    if (relation !== undefined && URL.canParse(target, base.href))
      links.set(relation.toLowerCase(), new URL(target, base));
  }
  return links;
}
