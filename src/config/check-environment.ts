import type { Environment } from './environment.js';
import { isFalsy } from './falsy.js';
import { error, type Problem, problemsOf, warning } from './problem.js';
import { parseProjectKeys } from './project.js';

/** What is missing, wrong or contradictory in the variables that every command reads. */
export function checkEnvironment(environment: Environment): readonly Problem[] {
  const zone = environment['TZ'];
  const problems: Problem[] = [];
  if (zone !== undefined && zone !== '' && !isTimeZone(zone)) {
    problems.push(error('TZ', `"${zone}" is not a time zone; expected a name such as Europe/Amsterdam`));
  }
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY']) {
    const proxy = environment[name];
    if (proxy !== undefined && proxy !== '' && !/^https?:\/\//.test(proxy)) {
      problems.push(error(name, 'expected the URL of a proxy, such as http://proxy.example.org:3128'));
    }
  }
  return problems;
}

/** What an agent would lack, besides a mode to run in. */
export function checkAgentEnvironment(environment: Environment, projects: readonly string[]): readonly Problem[] {
  return [...checkModes(environment), ...checkProjectKeys(environment, projects), ...checkMainKey(environment)];
}

function isSet(environment: Environment, name: string): boolean {
  return !isFalsy(environment[name] ?? '');
}

function checkModes(environment: Environment): readonly Problem[] {
  if (!isSet(environment, 'JENKINS_URL') || !isSet(environment, 'CRON_PERIOD')) return [];
  return [warning('CRON_PERIOD', 'JENKINS_URL is set too, so the agent scrapes once and ends; unset one of them')];
}

function checkProjectKeys(environment: Environment, projects: readonly string[]): readonly Problem[] {
  const value = environment['JIRA_KEY'];
  const problems = problemsOf(() => parseProjectKeys(value, 'JIRA_KEY'));
  if (problems.length > 0) return problems;
  const keys = parseProjectKeys(value, 'JIRA_KEY');
  if (keys.length === 0) return [error('JIRA_KEY', 'is not set, so the agent has no project to scrape')];
  return keys
    .filter((key) => !projects.includes(key))
    .map((key) => error('JIRA_KEY', `project ${key} is not in section [projects] of the settings`));
}

function checkMainKey(environment: Environment): readonly Problem[] {
  const variable = environment['DEFINITIONS_CREDENTIALS_ENV'] ?? '';
  if (isFalsy(variable)) {
    return [warning('DEFINITIONS_CREDENTIALS_ENV', 'is not set; the main private key is then ~/.ssh/id_rsa')];
  }
  if (isSet(environment, variable)) return [];
  return [
    error(
      'DEFINITIONS_CREDENTIALS_ENV',
      `names ${variable}, which is not set; it holds the path of the main private key`,
    ),
  ];
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name.replace(/^:/, '') });
    return true;
  } catch {
    return false;
  }
}
