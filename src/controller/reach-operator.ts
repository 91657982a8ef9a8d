import type { Logger } from '../log/logger.js';
import { AdminClient, reachAdmin } from './admin-client.js';
import { Folders } from './folders.js';
import { type Operator, storeOperator } from './operator.js';
import type { ControllerOptions } from './options.js';
import { openStore } from './store/open.js';

/**
 * Runs an action of an operator: through the controller that runs on the data folder, else on the database itself.
 * @throws StoreError where there is no controller and the database cannot be had
 */
export async function withOperator<T>(
  { dataFolder, databaseUrl }: Pick<ControllerOptions, 'dataFolder' | 'databaseUrl'>,
  log: Logger,
  action: (operator: Operator) => Promise<T>,
): Promise<T> {
  const { adminSocket } = new Folders(dataFolder);
  if (await reachAdmin(adminSocket)) {
    return action(new AdminClient(adminSocket));
  }
  const store = await openStore({ dataFolder, log, ...(databaseUrl !== undefined && { databaseUrl }) });
  try {
    return await action(storeOperator(store, dataFolder, () => undefined));
  } finally {
    await store.close();
  }
}
