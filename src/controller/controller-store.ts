import type { Store } from './store/store.js';

/** What the web server needs of the store. */
export type ControllerStore = Pick<
  Store,
  | 'ping'
  | 'findProject'
  | 'ensureProject'
  | 'salts'
  | 'findSalts'
  | 'usernameRules'
  | 'findAgent'
  | 'saveAgent'
  | 'trackers'
  | 'withLock'
  | 'isLocked'
  | 'insertBigboatStatus'
  | 'addImport'
  | 'imports'
>;
