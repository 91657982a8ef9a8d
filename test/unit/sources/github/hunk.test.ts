import { expect, it } from 'vitest';
import { linesOf } from '../../../../src/sources/github/hunk.js';

it.each([
  ['an added line', '@@ -3,4 +10,6 @@ function\n a\n+b', 2, { first: 10, last: 12, type: 'new' }],
  ['a removed line', '@@ -3,4 +10,6 @@\n-b', 1, { first: 10, last: 11, type: 'old' }],
  ['an unchanged line', '@@ -3,4 +10,6 @@\n b', 1, { first: 10, last: 11, type: 'context' }],
  ['a comment on what is gone', '@@ -3,4 +10,6 @@\n+b', 0, { first: 10, last: 10, type: 'new' }],
  ['a short header, which tells no line', '@@ -1 +1 @@\n+b', 1, { first: 0, last: 1, type: 'new' }],
  ['a header alone', '@@ -3,4 +10,6 @@', 0, { first: 10, last: 10, type: 'context' }],
  ['no header', ' b', 4, { first: 4, last: 4 }],
  ['nothing', '', 0, { first: 0, last: 0 }],
])('reads %s', (_, hunk, position, lines) => {
  expect(linesOf(hunk, position)).toEqual(lines);
});
