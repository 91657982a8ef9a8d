import { ConfigError } from '../../config/errors.js';
import { HttpError } from '../../http/errors.js';
import type { EnvironmentFinder } from '../repository.js';
import { parseSourceUrl, withoutAccount } from '../source-url.js';
import { openJenkins } from './open.js';
import { placeOfSource } from './place.js';

/** Nobody waits long for a version. */
const patience = { failures: 1, total: 10_000 };

/** A server is an environment of its own. */
export const jenkinsEnvironments: EnvironmentFinder = {
  environmentOf({ entry }) {
    const url = withoutAccount(parseSourceUrl(entry.url));
    return { type: 'jenkins', url, environment: url, inScope: true };
  },
  async findVersion(context) {
    try {
      const place = placeOfSource(context.entry, context);
      return await openJenkins(context, place, 'Overall/Read', { patience }).version();
    } catch (error) {
      if (!(error instanceof HttpError || error instanceof ConfigError)) throw error;
      context.log.warn(`The version of Jenkins is not known: ${error.message}`);
      return '';
    }
  },
};
