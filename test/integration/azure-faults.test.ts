import { expect, it } from 'vitest';
import { allFaults, type Forge, faults, gatherDisturbed } from '../forge-faults.js';
import { describeWith, requirements } from '../requirements.js';
import {
  azureCredentials,
  azureMapping,
  azurePath,
  azureToken,
  startAzure,
  writeAzureDataset,
} from '../servers/azure.js';
import { temporaryFolder } from '../temporary-folder.js';

const size = { pullRequests: 60, comments: 2, pushes: 230, revisions: 45, repositories: 2 };

const forge: Forge = {
  type: 'tfs',
  token: azureToken,
  start: (flags) => startAzure(writeAzureDataset(temporaryFolder(), size, { reportPageSize: 7 }), flags),
  credentials: azureCredentials,
  paths: [azurePath(1), azurePath(2)],
  files: { 'vsts_fields.json': azureMapping },
};

describeWith([requirements.git], 'Azure DevOps', () => {
  let undisturbed: Readonly<Record<string, unknown>>;

  it('gives all rows of a server without faults', async () => {
    undisturbed = await gatherDisturbed(forge, []);
    expect(undisturbed['data_merge_request.json']).toHaveLength(2 * size.pullRequests);
    expect(undisturbed['data_merge_request_note.json']).toHaveLength(2 * size.pullRequests * size.comments);
    expect(undisturbed['data_merge_request_review.json']).toHaveLength(2 * size.pullRequests);
    expect(undisturbed['data_vcs_event.json']).toHaveLength(2 * size.pushes);
    expect(undisturbed['data_tfs_work_item.json']).toHaveLength(2 * size.revisions);
    expect(undisturbed['data_tfs_team_member.json']).toHaveLength(2 * 5);
    expect(undisturbed['data_tfs_sprint.json']).toHaveLength(2 * 2);
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
