import { z } from 'zod';
import type { Driver } from './driver.js';
import { firstRow } from './driver.js';
import type { Agent } from './store.js';

const AgentRow = z.object({ key: z.string(), publicKey: z.string(), registered: z.date(), rekeyAllowed: z.boolean() });

export function findAgent(driver: Driver, key: string): Promise<Agent | undefined> {
  return firstRow(
    driver.reading,
    `select agent_key as key, public_key as "publicKey", registered, rekey_allowed as "rekeyAllowed"
     from gros.agent where agent_key = $1`,
    [key],
    AgentRow,
  );
}

/** Takes back the operator's permission for another key: it is for one registration. */
export async function saveAgent(driver: Driver, key: string, publicKey: string): Promise<void> {
  await driver.run(
    `insert into gros.agent (agent_key, public_key, registered) values ($1, $2, now())
     on conflict (agent_key) do update
     set public_key = excluded.public_key, registered = excluded.registered, rekey_allowed = false`,
    [key, publicKey],
  );
}

export async function allowRekey(driver: Driver, key: string): Promise<boolean> {
  return (await driver.run('update gros.agent set rekey_allowed = true where agent_key = $1', [key])) > 0;
}
