import { describe, expect, it } from 'vitest';
import { mergedBranch } from '../../../src/git/merge-message.js';

describe('the branch that a merge message names', () => {
  it.each([
    ["Merge branch 'feature/login'\n", 'feature/login'],
    ["Merge branch 'hotfix-1' into develop\n\n# Conflicts:\n", 'hotfix-1'],
    ["[ci] automatic Merge branch 'nightly'\n", 'nightly'],
    ["Merge branch 'one' Merge branch 'two'\n", 'two'],
    ["Merge branch 'line\nbreak'\n", 'line\nbreak'],
    ["Merge branch 'first' and Merge branch 'open", 'first'],
    ["Sync\rMerge branch 'after-cr'\n", 'after-cr'],
    ["Sync\u2028Merge branch 'after-ls'\n", 'after-ls'],
    ["\u{1f389}Merge branch 'after-emoji'\n", 'after-emoji'],
    ["Merge remote-tracking branch 'origin/search'\n", 'search'],
    ["Merge remote-tracking branch 'remotesorigin/odd'\n", 'odd'],
    ["Merge remote-tracking branch 'refs/remotesorigin/odd'\n", 'odd'],
    ['Merge pull request 12 from team/topic into master\n', 'team/topic'],
    ['Merge pull request \u0661\u0662 from team/digits into master\n', 'team/digits'],
    ['SHOP77 merge of the story\n', 'SHOP77'],
    ['SHOP77 Merge', 'SHOP77'],
    ['SHOP\u0667 Merge', 'SHOP\u0667'],
    ['Merge release-2 > master\n', 'release-2'],
    ['release-3 >master again\n', 'release-3'],
    ['release-4 >\u3000master', 'release-4'],
    ['a\ufeffb > master', 'a\ufeffb'],
  ])('%j is %j', (message, branch) => {
    expect(mergedBranch(message)).toBe(branch);
  });

  it.each([
    '',
    'Nothing of the kind',
    "Sync\n\nMerge branch 'second-line'\n",
    "Remerge branch 'no-word-boundary'\n",
    "\u00e9Merge branch 'after-a-letter'\n",
    "\u0663Merge branch 'after-a-digit'\n",
    "Merge branch ''\n",
    "Merge branch 'unclosed",
    "Merge remote-tracking branch 'remotes/origin/stock' into x\n",
    'Merge pull request #13 from team/other\n',
    'Merge pull request 14 from team/nbsp\u00a0x into master\n',
    'Merge pull request 14 from team/x into \n',
    'SHOP-78 Merge of the story\n',
    'Squash: BUGS12 merge\n',
    'two words > master',
    'a\x1cb > master',
    'a\x85b > master',
  ])('%j is none', (message) => {
    expect(mergedBranch(message)).toBe('0');
  });
});
