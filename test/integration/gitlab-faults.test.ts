import { expect, it } from 'vitest';
import { allFaults, type Forge, faults, gatherDisturbed } from '../forge-faults.js';
import { describeWith, requirements } from '../requirements.js';
import { gitlabToken, startGitLab, writeGitLabDataset } from '../servers/gitlab.js';
import { temporaryFolder } from '../temporary-folder.js';

const size = { mergeRequests: 60, notes: 2, pushes: 110, projects: 2 };

const forge: Forge = {
  type: 'git',
  token: gitlabToken,
  start: (flags) => startGitLab(writeGitLabDataset(temporaryFolder(), size), flags),
  credentials: ({ host }) => `[${host}]\ngitlab_token = ${gitlabToken}\n`,
  paths: ['group/project-1', 'group/project-2'],
};

describeWith([requirements.git], 'GitLab', () => {
  let undisturbed: Readonly<Record<string, unknown>>;

  it('gives all rows of a server without faults', async () => {
    undisturbed = await gatherDisturbed(forge, []);
    expect(undisturbed['data_merge_request.json']).toHaveLength(2 * size.mergeRequests);
    expect(undisturbed['data_merge_request_note.json']).toHaveLength(2 * size.mergeRequests * size.notes);
    expect(undisturbed['data_vcs_event.json']).toHaveLength(2 * size.pushes);
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
