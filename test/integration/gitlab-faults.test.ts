import { describeFaults, type Forge } from '../forge-faults.js';
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

describeFaults('GitLab', forge, {
  merge_request: 2 * size.mergeRequests,
  merge_request_note: 2 * size.mergeRequests * size.notes,
  vcs_event: 2 * size.pushes,
});
