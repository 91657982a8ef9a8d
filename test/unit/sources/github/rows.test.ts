import { describe, expect, it } from 'vitest';
import { Bots } from '../../../../src/sources/github/bots.js';
import {
  commitCommentRow,
  issueRow,
  pullRow,
  repositoryRow,
  reviewCommentRow,
  reviewRow,
  voteOf,
} from '../../../../src/sources/github/rows.js';
import {
  commitCommentSchema,
  issueSchema,
  pullSchema,
  repositorySchema,
  reviewCommentSchema,
  reviewSchema,
} from '../../../../src/sources/github/schema.js';
import * as tables from '../../../../src/tables/catalogue/review.js';
import { LocalTime } from '../../../../src/tables/local-time.js';

const context = { repository: 'name', time: new LocalTime('Europe/Amsterdam') };
const item = {
  ...{ number: 7, title: 'Title', body: null, state: 'closed', user: null, assignee: { login: 'osahin' } },
  ...{ created_at: '2024-06-01T10:00:00Z', updated_at: null },
};
const pull = { ...item, head: { ref: 'change' }, base: { ref: 'main' } };
const comment = { id: 5, user: { login: 'mvisser' }, body: 'Half \ud83d', created_at: '2024-12-01T10:00:00Z' };

describe('rows of GitHub', () => {
  it('has what people left out, in a repository that tells little', () => {
    const little = { id: 3, full_name: 'a/b', private: true, fork: false };
    const repository = repositorySchema.parse({ ...little, created_at: item.created_at, updated_at: item.created_at });
    const row = repositoryRow(repository, context);
    expect(tables.githubRepository.row.parse(row)).toEqual({
      ...{ repo_name: 'name', github_id: '3', description: '0', create_time: '2024-06-01 12:00:00' },
      ...{ private: '1', forked: '0', star_count: '0', watch_count: '0' },
    });
  });

  it.each([
    ['merged', 'closed', '2024-06-02T10:00:00Z'],
    ['closed', 'closed', null],
    ['open', 'open', undefined],
  ])('has a pull request as %s', (status, state, merged) => {
    const row = pullRow(pullSchema.parse({ ...pull, state, merged_at: merged }), { up: 2, down: 1 }, context);
    expect(tables.mergeRequest.row.parse(row)).toMatchObject({
      ...{ id: '7', status, author: '0', author_username: '0', assignee: 'osahin', description: '' },
      ...{ updated_at: '2024-06-01 12:00:00', upvotes: '2', downvotes: '1', source_branch: 'change' },
    });
  });

  it.each([
    ['APPROVED', 1],
    ['CHANGES_REQUESTED', -1],
    ['COMMENTED', 0],
    ['DISMISSED', 0],
    ['PENDING', 0],
  ])('counts a review that says %s as %i', (state, vote) => {
    const review = reviewSchema.parse({ id: 1, user: { login: 'x' }, state });
    expect(voteOf(review)).toBe(vote);
    const row = reviewRow(review, pullSchema.parse(pull), context);
    expect(tables.mergeRequestReview.row.parse(row)).toMatchObject({ reviewer: 'x', vote: String(vote) });
  });

  it('knows the pull request that an issue is', () => {
    const closed = { closed_at: '2024-06-01T11:00:00Z', closed_by: { login: 'x' }, labels: ['a', {}] };
    const asPull = issueSchema.parse({ ...item, ...closed, pull_request: { url: 'https://x/pulls/7' } });
    expect(tables.githubIssue.row.parse(issueRow(asPull, asPull.closed_by, context))).toMatchObject({
      ...{ pull_request_id: '7', labels: '2', closed_at: '2024-06-01 13:00:00', closed_by: 'x' },
    });
    const row = issueRow(issueSchema.parse(item), undefined, context);
    expect(row).toMatchObject({ pull_request_id: '0', labels: '0', closed_at: '0', closed_by: '0' });
  });

  it('has comments on commits without a place', () => {
    const row = commitCommentRow(commitCommentSchema.parse({ ...comment, commit_id: '1'.repeat(40) }), context);
    expect(tables.commitComment.row.parse(row)).toMatchObject({
      ...{ comment: 'Half ?', file: '0', line: '0', end_line: '0', line_type: '0', merge_request_id: '0' },
      ...{ created_date: '2024-12-01 11:00:00', updated_date: '2024-12-01 11:00:00', thread_id: '0' },
    });
  });

  it('has comments on changes at their lines', () => {
    const where = { path: 'a.txt', position: null, diff_hunk: '@@ -1,2 +4,5 @@\n+a' };
    const parsed = reviewCommentSchema.parse({ ...comment, ...where, pull_request_url: 'https://x/repos/a/b/pulls/7' });
    const row = reviewCommentRow(parsed, context);
    expect(tables.commitComment.row.parse({ ...row, commit_id: '1'.repeat(40) })).toMatchObject({
      ...{ merge_request_id: '7', file: 'a.txt', line: '4', end_line: '4', line_type: 'new' },
    });
  });

  it.each(['https://x/repos/a/b/pulls/', 'https://x/repos/a/b/pulls/0', 'https://x/pulls/99999999999', 'seven'])(
    'refuses a comment on the pull request %s',
    (url) => {
      expect(reviewCommentSchema.safeParse({ ...comment, pull_request_url: url }).success).toBe(false);
    },
  );
});

it('knows bots by their type and by the option, and an account that is gone is none', () => {
  const bots = new Bots({ option: () => ' robot, ,ci-helper' });
  expect(
    [{ login: 'robot' }, { login: 'ci-helper', type: 'User' }, { login: 'x', type: 'Bot' }].every((user) =>
      bots.has(user),
    ),
  ).toBe(true);
  expect([null, undefined, { login: '' }, { login: 'robots' }].some((user) => bots.has(user))).toBe(false);
  expect(new Bots({ option: () => undefined }).has({ login: '' })).toBe(false);
});
