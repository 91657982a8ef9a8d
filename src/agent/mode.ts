import { validate } from 'node-cron';
import type { Environment } from '../config/environment.js';
import { ConfigError } from '../config/errors.js';

/** How `gatherer agent` works: one scrape now, or scrapes by a schedule until it is stopped. */
export type Mode =
  | { readonly kind: 'once' }
  | { readonly kind: 'daemon'; readonly scrape: string; readonly bigboat?: string };

/** Times at which the periodic jobs of the original's image ran. */
const periods: ReadonlyMap<string, string> = new Map([
  ['15min', '*/15 * * * *'],
  ['hourly', '0 * * * *'],
  ['daily', '0 2 * * *'],
  ['weekly', '0 3 * * 6'],
  ['monthly', '0 5 1 * *'],
]);

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '' && value !== '-';
}

function cronExpression(variable: string, value: string): string {
  const expression = periods.get(value.trim()) ?? value.trim();
  if (!validate(expression)) {
    const names = [...periods.keys()].join(', ');
    throw new ConfigError(
      variable,
      `"${value}" is no period; expected ${names}, or a cron expression such as "30 4 * * *"`,
    );
  }
  return expression;
}

/** @throws {ConfigError} where no variable chooses a mode, or a period is malformed */
export function chooseMode(environment: Environment): Mode {
  if (isSet(environment.JENKINS_URL)) {
    return { kind: 'once' };
  }
  const { CRON_PERIOD: scrape, BIGBOAT_PERIOD: bigboat } = environment;
  if (!isSet(scrape)) {
    throw new ConfigError(
      'CRON_PERIOD',
      'neither CRON_PERIOD nor JENKINS_URL is set, so there is no mode to run in; set CRON_PERIOD (15min, hourly, daily, ' +
        'weekly, monthly or a cron expression) for a daemon with a schedule, or JENKINS_URL to scrape once, now',
    );
  }
  return {
    kind: 'daemon',
    scrape: cronExpression('CRON_PERIOD', scrape),
    ...(isSet(bigboat) ? { bigboat: cronExpression('BIGBOAT_PERIOD', bigboat) } : {}),
  };
}
