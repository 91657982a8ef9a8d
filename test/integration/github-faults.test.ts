import { expect, it } from 'vitest';
import { allFaults, type Forge, faults, gatherDisturbed } from '../forge-faults.js';
import { describeWith, requirements } from '../requirements.js';
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

describeWith([requirements.git], 'GitHub', () => {
  let undisturbed: Readonly<Record<string, unknown>>;

  it('gives all rows of a server without faults', async () => {
    undisturbed = await gatherDisturbed(forge, []);
    expect(undisturbed['data_merge_request.json']).toHaveLength(2 * size.pulls);
    expect(undisturbed['data_merge_request_note.json']).toHaveLength(2 * size.pulls * size.comments);
    expect(undisturbed['data_merge_request_review.json']).toHaveLength(2 * size.pulls);
    expect(undisturbed['data_github_issue.json']).toHaveLength(2 * (size.pulls + size.issues));
    expect(undisturbed['data_github_issue_note.json']).toHaveLength(2 * (size.pulls * size.comments + size.issues));
    expect(undisturbed['data_commit_comment.json']).toHaveLength(
      2 * (size.pulls * size.comments + size.commitComments),
    );
  });

  it.each(faults)('gives the same rows where %s', async (_, flags) => {
    expect(await gatherDisturbed(forge, flags)).toEqual(undisturbed);
  });

  it.each(faults)('gives the same rows where answers take 20 ms and %s', async (_, flags) => {
    expect(await gatherDisturbed(forge, [...flags, '--latency', '20'])).toEqual(undisturbed);
  });

  it('gives the same rows where everything goes wrong at once', async () => {
    expect(await gatherDisturbed(forge, allFaults)).toEqual(undisturbed);
  });
});
