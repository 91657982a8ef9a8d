import { bigboatSource } from './bigboat/index.js';
import { historyToJson } from './definitions/history-to-json.js';
import { metricOptionsToJson } from './definitions/metric-options-to-json.js';
import { projectSources } from './definitions/project-sources.js';
import { projectToJson } from './definitions/project-to-json.js';
import { jenkinsSource } from './jenkins/index.js';
import { jiraSource } from './jira/index.js';
import { ldapSource } from './ldap/index.js';
import { seatsSource } from './seats/index.js';
import type { StepSource } from './step-source.js';
import { topdeskSource } from './topdesk/index.js';

/** The steps that ask systems for a project as a whole, in the order of the pipeline. */
export const stepSources: readonly StepSource[] = [
  projectSources(),
  projectToJson(),
  metricOptionsToJson(),
  historyToJson(),
  jenkinsSource(),
  // The steps of a scrape whose `gathererScripts` names them.
  jiraSource,
  ldapSource(),
  topdeskSource(),
  seatsSource(),
  // What a daemon does at times of its own.
  bigboatSource(),
];
