import { gatherStep } from '../src/sources/gather-step.js';
import { jiraStep } from '../src/sources/jira/index.js';
import { measureGathering } from './api-gathering.js';

/* One gathering of issues in a process of its own: `jira-worker.js HOME REQUESTS`. */

await measureGathering(async ({ runtime, requests, progress }) => {
  const { rows, incomplete } = await gatherStep(runtime, jiraStep(), { project: 'TEST', requests, progress });
  return { rows, failed: incomplete.length };
});
