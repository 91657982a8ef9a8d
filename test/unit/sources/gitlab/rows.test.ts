import { expect, it } from 'vitest';
import { mergeRequestRow, projectRow, readPush } from '../../../../src/sources/gitlab/rows.js';
import { eventSchema, mergeRequestSchema, projectSchema } from '../../../../src/sources/gitlab/schema.js';
import { gitlabRepository, mergeRequest } from '../../../../src/tables/catalogue/review.js';
import { LocalTime } from '../../../../src/tables/local-time.js';

const context = { repository: 'name', time: new LocalTime('Europe/Amsterdam') };
const [one, two] = ['1'.repeat(40), '2'.repeat(40)];
const event = { id: 1, action_name: 'pushed to', created_at: '2024-06-01T10:00:00.5Z', author_username: 'x' };
const author = { name: 'Someone', username: 'someone' };

function pushOf(changes: object) {
  return readPush(eventSchema.parse({ ...event, author, ...changes }), context);
}

function data(changes: object): object {
  return {
    push_data: { ref_type: 'branch', ref: 'main', commit_count: 3, commit_from: one, commit_to: two, ...changes },
  };
}

it.each<readonly [string, object, unknown]>([
  ['a range', data({}), { from: one, to: two }],
  ['one commit', data({ commit_count: 1 }), [two]],
  ['a tag', data({ ref_type: 'tag' }), [two]],
  ['a new branch', data({ commit_from: null }), [two]],
  ['a deletion', { action_name: 'deleted', ...data({ commit_to: null }) }, [one]],
  ['nothing', data({ commit_from: null, commit_to: null }), []],
  ['an old push', { data: { ref: 'main', after: two, commits: [{ id: one }, { id: two }] } }, [one, two]],
  ['an old deletion', { data: { ref: 'main', before: one, after: '0'.repeat(40), commits: [] } }, [one]],
  ['an old tag', { data: { object_kind: 'tag_push', ref: 'v1', before: one, after: two } }, [two]],
  ['old commits by number', { data: { ref: 'main', commits: 7 } }, []],
])('reads the commits of %s', (_, changes, commits) => {
  expect(pushOf(changes)?.commits).toEqual(commits);
});

it('gives what pushes have in common', () => {
  expect(pushOf(data({}))?.row).toEqual({
    ...{ repo_name: 'name', action: 'pushed to', kind: 'branch', ref: 'main', user: 'Someone', username: 'x' },
    ...{ email: '0', date: '2024-06-01 12:00:00' },
  });
  expect(pushOf({ author: null, author_username: null, ...data({}) })?.row).toMatchObject({ user: '0', username: '0' });
  expect(
    pushOf({ action_name: 'deleted', data: { ref: 'x', before: one, after: '0'.repeat(40), user_email: 'a@b' } })?.row,
  ).toMatchObject({ action: 'deleted', kind: 'push', email: 'a@b', user: 'x' });
});

it('passes over other events, and refuses what would be an option of git', () => {
  expect(pushOf({ action_name: 'opened' })).toBeUndefined();
  expect(pushOf({ action_name: 'deleted' })).toBeUndefined();
  expect(eventSchema.safeParse({ ...event, ...data({ commit_from: '--output=x' }) }).success).toBe(false);
});

it('has a row for what is not known', () => {
  const request = mergeRequestSchema.parse({
    ...{ id: 5, iid: 1, title: null, description: null, state: 'opened', source_branch: 'a', target_branch: 'b' },
    ...{ author: null, upvotes: 0, downvotes: 0, created_at: event.created_at, updated_at: event.created_at },
  });
  const row = mergeRequestRow(request, context);
  expect(row).toMatchObject({ title: '', description: '', author: '0', author_username: '0', assignee: '0' });
  expect(mergeRequest.row.safeParse(row).success).toBe(true);
  const project = projectSchema.parse({
    ...{
      id: 1,
      name: 'n',
      description: 'half \ud83d',
      created_at: event.created_at,
      last_activity_at: event.created_at,
    },
  });
  const projected = projectRow(project, context);
  expect(projected).toMatchObject({ description: 'half ?', archived: '0', has_avatar: '0', star_count: '0' });
  expect(gitlabRepository.row.safeParse(projected).success).toBe(true);
});
