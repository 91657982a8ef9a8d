import { z } from 'zod';
import { ConfigError } from '../config/errors.js';
import type { ApiClient } from '../http/api.js';
import { HttpError } from '../http/errors.js';
import { openServer, resolveServer } from './definitions/api.js';
import type { EnvironmentFinder, ForgeContext } from './repository.js';

/** Not worth much waiting: a version that is not known is exported as such. */
const patience = { failures: 3, total: 30_000 };

/** A product whose servers are an environment each. */
interface ServerProduct {
  readonly type: string;
  readonly name: string;
  /** The end of a URL that is a page for people. */
  readonly pages?: RegExp;
  /** What tells an environment apart, where that is not its URL. */
  readonly environment?: (url: string) => readonly string[];
  readonly findVersion: (api: ApiClient) => Promise<string>;
}

/** Environments of a product, which have no further sources. */
export function defineServerEnvironments(product: ServerProduct): EnvironmentFinder {
  const { type, environment } = product;
  return {
    environmentOf: ({ entry: { url } }) => ({ type, url, environment: environment?.(url) ?? url, inScope: true }),
    addressOf: ({ entry }) => entry.url,
    findVersion: (context) => findVersion(product, context),
  };
}

async function findVersion(
  { name, pages = /$/, findVersion: find }: ServerProduct,
  context: ForgeContext,
): Promise<string> {
  try {
    const place = resolveServer(context.entry.url, context, pages);
    return await find(openServer(context, name, place, 'read access', patience));
  } catch (error) {
    if (!(error instanceof HttpError || error instanceof ConfigError)) throw error;
    context.log.warn(`The version of ${name} is not known: ${error.message}`);
    return '';
  }
}

const versionSchema = z.object({ version: z.string() });

export const jiraEnvironments = defineServerEnvironments({
  type: 'jira',
  name: 'Jira',
  findVersion: async (api) => (await api.getJson('rest/api/2/serverInfo', versionSchema)).version,
});
