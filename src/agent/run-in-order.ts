/** Something that is run, and what must be done before it. */
export interface Ordered {
  readonly name: string;
  /** Names of those earlier in the list that it needs; all of them where it does not say. */
  readonly after?: readonly string[];
}

/**
 * Runs a list: each when those that it needs are done, and so many at once. One that fails stops the list: those at
 * work come to their end, and no further one begins.
 *
 * @param most how many are at work at once
 * @param run whether it succeeded, or there was nothing to do; must not reject
 * @throws Error where one needs what does not come before it
 */
export async function runInOrder<Item extends Ordered>(
  list: readonly Item[],
  most: number,
  run: (item: Item) => Promise<boolean>,
): Promise<void> {
  const waiting = new Map(list.map((item, index) => [item, needsOf(list, index)]));
  const done = new Set<string>();
  const atWork = new Set<Promise<void>>();
  let stopped = false;
  const begin = (item: Item): void => {
    waiting.delete(item);
    const work = run(item).then((succeeded) => {
      atWork.delete(work);
      if (succeeded) done.add(item.name);
      else stopped = true;
    });
    atWork.add(work);
  };
  for (;;) {
    for (const [item, needs] of waiting) {
      if (!stopped && atWork.size < most && needs.every((need) => done.has(need))) begin(item);
    }
    if (atWork.size === 0) return;
    await Promise.race(atWork);
  }
}

/** Names of those that one of a list needs directly. */
function needsOf(list: readonly Ordered[], index: number): readonly string[] {
  const before = list.slice(0, index).map(({ name }) => name);
  const { name, after } = list[index] ?? {};
  const unknown = after?.find((need) => !before.includes(need));
  if (unknown !== undefined) throw new Error(`${name} needs ${unknown}, which does not come before it`);
  return after ?? before;
}
