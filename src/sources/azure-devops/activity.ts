import type { z } from 'zod';
import { streamAhead } from '../../http/ahead.js';
import { readItems } from '../../http/items.js';
import { commitComment, mergeRequest, mergeRequestNote, mergeRequestReview } from '../../tables/catalogue/review.js';
import { vcsEvent } from '../../tables/catalogue/vcs.js';
import type { TableRow } from '../../tables/definition.js';
import type { RowContext } from '../answers.js';
import type { Newness } from '../newness.js';
import { unlessRefused } from '../refusals.js';
import type { RepositoryContext } from '../repository.js';
import type { AzureClient } from './client.js';
import type { RequestsLength } from './follow.js';
import * as rows from './rows.js';
import { commentSchema, type PullRequest, type Push, type RefUpdate, reviewerSchema, type Thread } from './schema.js';

/** Items whose own requests are under way ahead: enough while a slow one is waited for. */
const itemsAhead = 32;
/** Items between two notes of progress. */
const noted = 50;

/** What is gathered of one repository. */
export interface Gathering {
  readonly context: RepositoryContext;
  readonly client: AzureClient;
  readonly newness: Newness;
  readonly length: RequestsLength;
}

/** Reads what has happened in a repository since its tracker: pushes, and pull requests with their comments. */
export class Activity {
  private readonly rowContext: RowContext;
  /** Whether there was anything new so far. */
  hasRows = false;
  private requests = 0;
  private repeatedNumbers = 0;

  constructor(private readonly gathering: Gathering) {
    const { entry, time } = gathering.context;
    this.rowContext = { repository: entry.name, time };
  }

  /** @returns whether all of it could be read */
  async *rows(): AsyncGenerator<TableRow, boolean> {
    const pushes = yield* this.part('its pushes', this.pushes());
    const requests = yield* this.part('its pull requests', this.pullRequests());
    if (this.repeatedNumbers > 0) {
      this.gathering.context.log.warn(
        `${this.rowContext.repository}: ${this.repeatedNumbers} comments are left out, as an earlier thread of their pull request has one of the same number`,
      );
    }
    return pushes && requests;
  }

  private part(what: string, part: AsyncGenerator<TableRow>): AsyncGenerator<TableRow, boolean> {
    return unlessRefused(this.gathering.context, what, this.noting(part));
  }

  private async *noting(part: AsyncGenerator<TableRow>): AsyncGenerator<TableRow> {
    for await (const row of part) {
      this.hasRows = true;
      yield row;
    }
  }

  private async *pushes(): AsyncGenerator<TableRow> {
    const { context, client, newness } = this.gathering;
    context.onProgress('Reading pushes');
    yield* streamAhead(client.pushes(newness.since), itemsAhead, (push) => this.push(push));
  }

  private async *push(push: Push): AsyncGenerator<TableRow> {
    const { newness } = this.gathering;
    const isTold = push.refUpdates != null;
    // Where a server tells no branches, it does not tell accounts of machines by their name.
    if (isTold && rows.isService(push.pushedBy)) return;
    if (!newness.take(push.date, `push ${push.pushId}`)) return;
    const known = isTold ? push : { ...push, pushedBy: { displayName: push.pushedBy.displayName } };
    for (const update of push.refUpdates ?? (await this.commitsOf(push))) {
      yield { table: vcsEvent, row: rows.pushRow(known, update, this.rowContext) };
    }
  }

  private async commitsOf({ pushId }: Push): Promise<readonly RefUpdate[]> {
    const commits = await this.gathering.client.pushedCommits(pushId);
    return commits.map((commit) => ({ oldObjectId: commit, newObjectId: commit }));
  }

  private async *pullRequests(): AsyncGenerator<TableRow> {
    yield* streamAhead(this.newerRequests(), itemsAhead, (request) => this.pullRequest(request));
  }

  /** Nothing tells when an open one was changed: they come each time. */
  private async *newerRequests(): AsyncGenerator<PullRequest> {
    const { context, client, newness, length } = this.gathering;
    for await (const request of client.pullRequests(length)) {
      const { closedDate, pullRequestId } = request;
      if (closedDate != null && !newness.take(closedDate, `request ${pullRequestId}`)) continue;
      this.requests += 1;
      if (this.requests % noted === 0) context.onProgress(`Reading pull requests: ${this.requests}`);
      yield request;
    }
  }

  /** The comments come first, so that whoever opens this ahead has asked for them. */
  private async *pullRequest(request: PullRequest): AsyncGenerator<TableRow> {
    const comments = `the comments on pull request ${request.pullRequestId}`;
    yield* this.part(comments, this.comments(request));
    const listed = request.reviewers ?? (await this.reviewersOf(request));
    const reviewers = this.wellFormed(`reviewers of pull request ${request.pullRequestId}`, listed, reviewerSchema);
    yield { table: mergeRequest, row: rows.requestRow(request, reviewers, this.rowContext) };
    for (const reviewer of reviewers) {
      if (rows.isGroup(reviewer, reviewer.uniqueName ?? '')) continue;
      yield { table: mergeRequestReview, row: rows.reviewRow(reviewer, request, this.rowContext) };
    }
  }

  /** Lists of TFS 2013 have none, and are known by having no links either. */
  private async reviewersOf(request: PullRequest): Promise<readonly unknown[]> {
    return request._links === undefined ? this.gathering.client.reviewers(request.pullRequestId) : [];
  }

  private async *comments(request: PullRequest): AsyncGenerator<TableRow> {
    const numbers = new Set<number>();
    for (const thread of await this.gathering.client.threads(request.pullRequestId)) {
      if (thread.isDeleted === true) continue;
      yield* this.thread(thread, request, numbers);
    }
  }

  private *thread(thread: Thread, request: PullRequest, numbers: Set<number>): Generator<TableRow> {
    const path = rows.pathOf(thread);
    const what = `comments of thread ${thread.id} of pull request ${request.pullRequestId}`;
    for (const comment of this.wellFormed(what, thread.comments ?? [], commentSchema)) {
      if (rows.isGroup(comment.author, rows.commenter(comment)) || comment.isDeleted === true) continue;
      const identity = `comment ${request.pullRequestId} ${thread.id} ${comment.id}`;
      if (!this.gathering.newness.take(comment.lastUpdatedDate, identity)) continue;
      if (path !== undefined) {
        const placed = { ...thread, path };
        yield { table: commitComment, row: rows.fileCommentRow(comment, placed, request, this.rowContext) };
        continue;
      }
      // The table tells notes apart by request and number, and keeps the first.
      if (numbers.has(comment.id)) this.repeatedNumbers += 1;
      numbers.add(comment.id);
      yield { table: mergeRequestNote, row: rows.noteRow(comment, thread, request, this.rowContext) };
    }
  }

  private wellFormed<T>(what: string, list: readonly unknown[], item: z.ZodType<T>): readonly T[] {
    const { items, malformed } = readItems(list, item);
    for (const { identity, reason } of malformed) {
      const place = `${this.rowContext.repository}, ${what}`;
      this.gathering.context.log.error(`${place}: item ${identity} is left out, because it is malformed: ${reason}`);
    }
    return items;
  }
}
