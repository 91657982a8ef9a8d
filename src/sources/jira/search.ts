import { HttpError } from '../../http/errors.js';
import { jsonLine } from '../json-lines.js';
import type { StepContext } from '../step-source.js';
import type { IssuePage, JiraClient, SearchEnd } from './client.js';
import type { KeptIssues } from './kept-issues.js';
import { wellFormed } from './prefetch.js';
import { type Issue, issueSchema } from './schema.js';

/** A search of issues, and what an earlier run has found by it. */
export interface IssueSearch {
  readonly context: StepContext;
  readonly client: JiraClient;
  readonly search: { readonly jql: string; readonly wanted: readonly string[] };
  readonly kept: KeptIssues;
}

/** Issues that are new, each once: while they are read, pages may shift. */
export async function* issuesOf(searched: IssueSearch): AsyncGenerator<Issue> {
  const { context } = searched;
  const met = new Set<string>();
  for await (const { items } of pagesOf(searched)) {
    for (const issue of wellFormed(context, 'issue', items, issueSchema)) {
      if (met.has(issue.id)) continue;
      met.add(issue.id);
      yield issue;
    }
    context.onProgress(`Reading issues: ${met.size}`);
  }
}

/** Pages of issues by their keys: those that are kept, then those behind them. */
async function* pagesOf(searched: IssueSearch): AsyncGenerator<IssuePage> {
  const { context, client, search, kept } = searched;
  let [end, last]: [SearchEnd, unknown] = [{ count: 0 }, undefined];
  for await (const page of kept.pages()) {
    const { items, next } = page;
    [end, last] = [{ count: end.count + items.length, next }, items.at(-1)];
    yield page;
  }
  if (end.count > 0) {
    context.log.info(`Going on behind the ${end.count} issues that a run which was stopped has asked for`);
    if (yield* pagesBehind(searched, end, last)) return;
    context.log.info('The issues are others by now: all are asked for again');
    await kept.forget();
  }
  context.log.info(`Asking Jira for issues: ${search.jql}`);
  yield* kept.addAll(client.issues(search.jql, search.wanted));
}

/** @returns false where the answer does not follow on what is kept: there were changes, or Jira has forgotten the page */
async function* pagesBehind(
  { client, search, kept }: IssueSearch,
  end: SearchEnd,
  last: unknown,
): AsyncGenerator<IssuePage, boolean> {
  const pages = client.issues(search.jql, search.wanted, end);
  try {
    if (!client.isCloud) {
      const first = await pages.next();
      // The first issue that a server answers is the last one that is kept.
      const [joint, ...issues] = first.done === true ? [] : first.value.items;
      const lastId = idOf(last);
      if (lastId === undefined || idOf(joint) !== lastId) return false;
      yield* kept.add({ items: issues, next: undefined, json: jsonLine({ issues }) });
    }
    yield* kept.addAll(pages);
    return true;
  } catch (error) {
    if (error instanceof HttpError && error.status === 400) return false;
    throw error;
  } finally {
    await pages.return(undefined);
  }
}

function idOf(issue: unknown): string | undefined {
  return issueSchema.safeParse(issue).data?.id;
}
