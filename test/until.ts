import { setTimeout as sleep } from 'node:timers/promises';

/** Far more than anything takes on a machine that is busy with other tests. */
const limit = 120_000;

/**
 * Asks again and again until the answer is yes.
 * @param what what is waited for; called where it does not come, so that it can hold what a program wrote meanwhile
 */
export async function until(condition: () => boolean | Promise<boolean>, what: () => string): Promise<void> {
  const deadline = performance.now() + limit;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`In ${limit / 1000} s this did not happen: ${what()}`);
    await sleep(20);
  }
}
