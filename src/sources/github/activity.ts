import { streamAhead } from '../../http/ahead.js';
import { HttpError } from '../../http/errors.js';
import {
  commitComment,
  githubIssue,
  githubIssueNote,
  mergeRequest,
  mergeRequestNote,
  mergeRequestReview,
} from '../../tables/catalogue/review.js';
import type { TableRow } from '../../tables/definition.js';
import type { RowContext } from '../answers.js';
import type { Newness } from '../newness.js';
import { NumberSet } from '../number-set.js';
import { isRefused, unlessRefused } from '../refusals.js';
import type { RepositoryContext } from '../repository.js';
import type { Bots } from './bots.js';
import type { GitHubClient } from './client.js';
import {
  commitCommentRow,
  issueNoteRow,
  issueRow,
  pullNoteRow,
  pullRow,
  reviewCommentRow,
  reviewRow,
  voteOf,
} from './rows.js';
import type { Comment, GitHubRepository, Issue, Item, Pull } from './schema.js';

/** Items whose own requests are under way ahead: enough while a slow one is waited for. */
const itemsAhead = 32;
/** Items between two notes of progress. */
const noted = 50;

/** What is gathered of one repository. */
export interface Gathering {
  readonly context: RepositoryContext;
  readonly client: GitHubClient;
  readonly repository: GitHubRepository;
  readonly newness: Newness;
  readonly bots: Bots;
}

/**
 * Reads what has happened in a repository since its tracker: issues, pull requests with their reviews, and comments of
 * all kinds. Comments come from the lists of the whole repository; of those, only the ones on what is new itself count.
 */
export class Activity {
  private readonly rowContext: RowContext;
  /** Numbers of those that are new; pull requests are among the issues too. */
  private readonly newIssues = new NumberSet();
  private readonly newPulls = new NumberSet();
  private mayHavePulls = false;

  constructor(private readonly gathering: Gathering) {
    const { entry, time } = gathering.context;
    this.rowContext = { repository: entry.name, time };
  }

  /** @returns whether all parts of it could be read */
  async *rows(): AsyncGenerator<TableRow, boolean> {
    const { has_issues: hasIssues, has_pull_requests: hasPulls } = this.gathering.repository;
    const issues = yield* this.part('its issues', this.issues());
    // Where issues are refused or switched off, nothing has told of the pull requests.
    const wantsPulls = hasPulls !== false && (this.mayHavePulls || !issues || hasIssues === false);
    const pulls = !wantsPulls || (yield* this.part('its pull requests', this.pulls()));
    const notes = yield* this.part('the comments on its issues and pull requests', this.notes());
    const lines = yield* this.part('the comments on changes of its pull requests', this.reviewComments());
    const commits = yield* this.part('the comments on its commits', this.commitComments());
    return issues && pulls && notes && lines && commits;
  }

  private part(what: string, rows: AsyncGenerator<TableRow>): AsyncGenerator<TableRow, boolean> {
    return unlessRefused(this.gathering.context, what, rows);
  }

  private async *issues(): AsyncGenerator<TableRow> {
    const { client, repository, newness } = this.gathering;
    try {
      const issues = this.newOf(client.issues(repository, newness.since), 'issue', this.newIssues);
      yield* streamAhead(issues, itemsAhead, (issue) => this.issue(issue));
    } catch (error) {
      if (!(error instanceof HttpError) || error.status !== 410) throw error;
      this.mayHavePulls = true;
      this.gathering.context.log.info(`${this.rowContext.repository}: issues are switched off`);
    }
  }

  private async *issue(issue: Issue): AsyncGenerator<TableRow> {
    if (issue.pull_request != null) this.mayHavePulls = true;
    const closedBy = await this.closedBy(issue);
    yield { table: githubIssue, row: issueRow(issue, closedBy, this.rowContext) };
  }

  /** Lists of older servers leave it out. */
  private async closedBy({ number, state, closed_by: known }: Issue): Promise<Issue['closed_by']> {
    if (known !== undefined || state !== 'closed') return known;
    const { context, client, repository } = this.gathering;
    try {
      return await client.closedBy(repository, number);
    } catch (error) {
      if (!isRefused(error)) throw error;
      context.onIncomplete(`who closed issue ${number} is not known: ${error.message}`);
      return undefined;
    }
  }

  private async *pulls(): AsyncGenerator<TableRow> {
    const { client, repository, newness } = this.gathering;
    const listed = newness.isFirst ? client.pulls(repository) : this.latestPulls();
    const pulls = this.newOf(listed, 'pull request', this.newPulls);
    yield* streamAhead(pulls, itemsAhead, (pull) => this.pull(pull));
  }

  /** Those from the tracker on; the list goes back to the first one. */
  private async *latestPulls(): AsyncGenerator<Pull> {
    const { client, repository, newness } = this.gathering;
    for await (const pull of client.latestPulls(repository)) {
      if (newness.isOver(changeOf(pull))) return;
      yield pull;
    }
  }

  /** The reviews come first, as they tell the votes, and whoever opens this ahead has asked for them. */
  private async *pull(pull: Pull): AsyncGenerator<TableRow> {
    const votes = { up: 0, down: 0 };
    yield* this.part(`the reviews of pull request ${pull.number}`, this.reviews(pull, votes));
    yield { table: mergeRequest, row: pullRow(pull, votes, this.rowContext) };
  }

  /** Every vote counts, but robots are no reviewers. */
  private async *reviews(pull: Pull, votes: { up: number; down: number }): AsyncGenerator<TableRow> {
    const { client, repository, bots } = this.gathering;
    for await (const review of client.reviews(repository, pull.number)) {
      const vote = voteOf(review);
      if (vote > 0) votes.up += 1;
      if (vote < 0) votes.down += 1;
      // Of several by one reviewer, the table keeps the first.
      if (!bots.has(review.user)) yield { table: mergeRequestReview, row: reviewRow(review, pull, this.rowContext) };
    }
  }

  private async *notes(): AsyncGenerator<TableRow> {
    if (this.newIssues.size + this.newPulls.size === 0) return;
    const { client, repository, newness, bots } = this.gathering;
    for await (const comment of client.issueComments(repository, newness.since)) {
      const isOfIssue = this.newIssues.has(comment.issue);
      const isOfPull = this.newPulls.has(comment.issue);
      if ((!isOfIssue && !isOfPull) || !this.isNew(comment, 'comment')) continue;
      if (isOfPull && !bots.has(comment.user)) {
        yield { table: mergeRequestNote, row: pullNoteRow(comment, this.rowContext) };
      }
      if (isOfIssue) yield { table: githubIssueNote, row: issueNoteRow(comment, this.rowContext) };
    }
  }

  private async *reviewComments(): AsyncGenerator<TableRow> {
    if (this.newPulls.size === 0) return;
    const { client, repository, newness, bots } = this.gathering;
    for await (const comment of client.reviewComments(repository, newness.since)) {
      const isNew = this.newPulls.has(comment.pull) && this.isNew(comment, 'review comment');
      if (!isNew || bots.has(comment.user)) continue;
      yield { table: commitComment, row: reviewCommentRow(comment, this.rowContext) };
    }
  }

  private async *commitComments(): AsyncGenerator<TableRow> {
    const { client, repository, bots } = this.gathering;
    for await (const comment of client.commitComments(repository)) {
      if (!this.isNew(comment, 'commit comment') || bots.has(comment.user)) continue;
      yield { table: commitComment, row: commitCommentRow(comment, this.rowContext) };
    }
  }

  private isNew(comment: Comment, kind: string): boolean {
    return this.gathering.newness.take(comment.updated_at ?? comment.created_at, `${kind} ${comment.id}`);
  }

  /** The new ones of a list, whose numbers are remembered. */
  private async *newOf<One extends Item>(
    items: AsyncGenerator<One>,
    kind: string,
    seen: NumberSet,
  ): AsyncGenerator<One> {
    const { newness, context } = this.gathering;
    for await (const item of items) {
      if (!newness.take(changeOf(item), `${kind} ${item.number}`)) continue;
      seen.add(item.number);
      if (seen.size % noted === 0) context.onProgress(`Reading ${kind}s: ${seen.size}`);
      yield item;
    }
  }
}

function changeOf({ updated_at: updated, created_at: created }: Item): string {
  return updated ?? created;
}
