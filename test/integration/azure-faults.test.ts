import { describeFaults, type Forge } from '../forge-faults.js';
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

describeFaults('Azure DevOps', forge, {
  merge_request: 2 * size.pullRequests,
  merge_request_note: 2 * size.pullRequests * size.comments,
  merge_request_review: 2 * size.pullRequests,
  vcs_event: 2 * size.pushes,
  tfs_work_item: 2 * size.revisions,
  tfs_team_member: 2 * 5,
  tfs_sprint: 2 * 2,
});
