import { fetchDeployments } from './client.js';
import { deployment, rowOf } from './rows.js';

const tracker = 'deployments_update.json';

/** Lists of deployments. The tracker holds the time of the newest deployment that was exported, by source. */
export default {
  types: ['deployments'],
  tables: [deployment],
  trackers: [tracker],
  async *gather(context, since) {
    let newest = since[tracker] ?? '';
    for (const item of await fetchDeployments(context)) {
      if (item.deployed_at <= (since[tracker] ?? '')) continue;
      yield { table: deployment, row: rowOf(item, context.entry) };
      if (item.deployed_at > newest) newest = item.deployed_at;
    }
    return newest === '' ? {} : { [tracker]: newest };
  },
};
