import { gatherVersionControl } from '../src/sources/version-control.js';
import { measureGathering } from './api-gathering.js';

/* One gathering of repositories in a process of its own: `api-worker.js HOME REQUESTS`. */

await measureGathering(async ({ runtime, requests, progress }) => {
  const { rows, failed, incomplete } = await gatherVersionControl(runtime, {
    ...{ project: 'TEST', repositories: 'project-git-repos', followHostChange: true, force: false, pull: true },
    ...{ jobs: 4, requests, progress },
  });
  return { rows, failed: failed.length + incomplete.length };
});
