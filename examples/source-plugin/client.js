import { HttpClient } from 'data-gathering/source';
import { deploymentSchema, listSchema } from './schema.js';

/** The deployments of a source that can be read; one that cannot is logged and left out. */
export async function fetchDeployments({ entry, environment, log, signal }) {
  const client = new HttpClient({ version: 'deployments', environment });
  try {
    const response = await client.request({ method: 'GET', url: new URL(entry.url), signal });
    if (response.status !== 200) throw response.statusError();
    return response.json(listSchema).flatMap((item, index) => {
      const { data, error } = deploymentSchema.safeParse(item);
      if (error !== undefined) log.error(`${entry.name}: deployment ${index + 1} is left out: ${error.message}`);
      return data === undefined ? [] : [data];
    });
  } finally {
    await client.close();
  }
}
