import { historyToJson } from '../sources/definitions/history-to-json.js';
import { metricOptionsToJson } from '../sources/definitions/metric-options-to-json.js';
import { projectSources } from '../sources/definitions/project-sources.js';
import { projectToJson } from '../sources/definitions/project-to-json.js';
import { jenkinsSource } from '../sources/jenkins/index.js';
import { jiraSource } from '../sources/jira/index.js';
import { ldapSource } from '../sources/ldap/index.js';
import { seatsSource } from '../sources/seats/index.js';
import { topdeskSource } from '../sources/topdesk/index.js';
import { exportFiles } from './export.js';
import { environmentSources, furtherSources, projectStep, repositories } from './gathering-steps.js';
import { generateKey } from './identity.js';
import { preflight } from './preflight.js';
import type { ScrapeContext, Step } from './step.js';
import { exchangedData, exchangedTrackers, listFiles } from './step-files.js';
import { retrieveTrackers } from './trackers.js';

function step(name: string, run: (context: ScrapeContext) => Promise<number>): Step {
  return { name, run: async (context) => ({ code: await run(context) }) };
}

/**
 * The steps of a scrape in their order. One that gathers gets its line between the trackers and the export, as
 * `projectStep(source, { after: [...] })`, with the steps that it needs; without those it waits for all before it.
 */
export const steps: readonly Step[] = [
  step('generate-key', (context) => generateKey(context, { gitlab: [], source: true, credentials: true })),
  { ...step('preflight', (context) => preflight(context, context.preflight)), changesEnvironment: true },
  step('retrieve-update-trackers', (context) =>
    retrieveTrackers(context, { files: exchangedTrackers(context.gathered) }),
  ),
  projectStep(projectSources(), { after: ['retrieve-update-trackers'] }),
  projectStep(projectToJson(), { after: ['project-sources'] }),
  projectStep(jiraSource, { after: ['project-sources'], gathers: 'on request' }),
  // Repositories name sprints of Jira in their rows, and both write down which sources there are.
  { ...environmentSources, after: ['project-sources', 'jira-to-json'] },
  { ...repositories, after: ['environment-sources'] },
  projectStep(metricOptionsToJson(), { after: ['retrieve-update-trackers'] }),
  projectStep(historyToJson(), { after: ['metric-options-to-json'] }),
  projectStep(jenkinsSource(), { after: ['environment-sources'] }),
  { ...furtherSources, after: ['environment-sources'] },
  projectStep(ldapSource(), { after: ['retrieve-update-trackers'], gathers: 'on request' }),
  projectStep(topdeskSource(), { after: ['retrieve-update-trackers'], gathers: 'on request' }),
  projectStep(seatsSource(), { after: ['retrieve-update-trackers'], gathers: 'on request' }),
  step('export-files', (context) =>
    exportFiles(context, {
      update: [...listFiles('update', ['preflight']), ...exchangedTrackers(context.gathered)],
      export: exchangedData(context.gathered, context.runtime.home),
      other: [],
    }),
  ),
];
