import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ordered, runInOrder } from '../../../src/agent/run-in-order.js';

/** Runs a list, one turn of the event loop for each; what happened, in order. */
async function run(list: readonly Ordered[], most: number, failing: readonly string[] = []) {
  const events: string[] = [];
  const atWork = new Set<string>();
  let widest = 0;
  await runInOrder(list, most, async ({ name }) => {
    atWork.add(name);
    widest = Math.max(widest, atWork.size);
    events.push(`begin ${name}`);
    await new Promise((resolve) => setImmediate(resolve));
    events.push(`end ${name}`);
    atWork.delete(name);
    return !failing.includes(name);
  });
  return { events, widest, left: atWork.size };
}

describe('runInOrder', () => {
  it('runs one after the other where nothing else is said', async () => {
    const { events } = await run([{ name: 'a' }, { name: 'b' }, { name: 'c' }], 9);
    expect(events).toEqual(['begin a', 'end a', 'begin b', 'end b', 'begin c', 'end c']);
  });

  it('runs those side by side that need no other', async () => {
    const list = [{ name: 'a' }, { name: 'b', after: ['a'] }, { name: 'c', after: ['a'] }, { name: 'd' }];
    expect((await run(list, 2)).events).toEqual([
      ...['begin a', 'end a', 'begin b', 'begin c', 'end b', 'end c', 'begin d', 'end d'],
    ]);
    expect((await run(list, 1)).widest).toBe(1);
  });

  it('begins nothing after a failure, and waits for what is at work', async () => {
    const list = [{ name: 'a', after: [] }, { name: 'b', after: [] }, { name: 'c', after: ['b'] }, { name: 'd' }];
    const { events, left } = await run(list, 2, ['a']);
    expect(events).toEqual(['begin a', 'begin b', 'end a', 'end b']);
    expect(left).toBe(0);
  });

  it('has nothing to do for an empty list', async () => {
    expect((await run([], 3)).events).toEqual([]);
  });

  it('refuses needs that do not come before', async () => {
    await expect(run([{ name: 'a', after: ['b'] }, { name: 'b' }], 1)).rejects.toThrow('a needs b');
    await expect(run([{ name: 'a', after: ['a'] }], 1)).rejects.toThrow('a needs a');
  });

  it('keeps needs and width for any list', async () => {
    const lists = fc.array(fc.option(fc.array(fc.nat(9), { maxLength: 3 }), { nil: undefined }), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(lists, fc.integer({ min: 1, max: 4 }), async (needs, most) => {
        const list = needs.map((after, index): Ordered => {
          const earlier = after?.filter((need) => need < index).map(String);
          return { name: String(index), ...(earlier === undefined ? {} : { after: earlier }) };
        });
        const { events, widest } = await run(list, most);
        expect(widest).toBeLessThanOrEqual(most);
        expect(events).toHaveLength(2 * list.length);
        for (const [index, { name, after }] of list.entries()) {
          for (const need of after ?? list.slice(0, index).map((item) => item.name)) {
            expect(events.indexOf(`end ${need}`)).toBeLessThan(events.indexOf(`begin ${name}`));
          }
        }
      }),
    );
  });
});
