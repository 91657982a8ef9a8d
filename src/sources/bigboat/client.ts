import type { ApiClient } from '../../http/api.js';
import { type Status, statusSchema } from './schema.js';

/** The part of version 2 of the BigBoat API that is used. Throws as {@link ApiClient}. */
export class BigBoatClient {
  constructor(private readonly api: ApiClient) {}

  /** The checks in their order, from one answer. One that is malformed is logged and left out. */
  statuses(): AsyncGenerator<Status> {
    return this.api.pages('api/v2/status', statusSchema);
  }
}
