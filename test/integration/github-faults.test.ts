import { describeFaults, type Forge } from '../forge-faults.js';
import { githubCredentials, githubToken, startGitHub, writeGitHubDataset } from '../servers/github.js';
import { temporaryFolder } from '../temporary-folder.js';

const size = { pulls: 60, comments: 2, issues: 50, commitComments: 110, repositories: 2 };

const forge: Forge = {
  type: 'github',
  token: githubToken,
  start: (flags) => startGitHub(writeGitHubDataset(temporaryFolder(), size), flags),
  credentials: githubCredentials,
  paths: ['group/repository-1', 'group/repository-2'],
};

describeFaults('GitHub', forge, {
  merge_request: 2 * size.pulls,
  merge_request_note: 2 * size.pulls * size.comments,
  merge_request_review: 2 * size.pulls,
  github_issue: 2 * (size.pulls + size.issues),
  github_issue_note: 2 * (size.pulls * size.comments + size.issues),
  commit_comment: 2 * (size.pulls * size.comments + size.commitComments),
});
