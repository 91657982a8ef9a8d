import { z } from 'zod';
import type { LocalTime } from '../tables/local-time.js';

/** Tracker of a source from which nothing has been exported yet. */
export const noTracker = '0001-01-01 01:01:01';

/** Trackers whose items are remembered; the controller may hand back an older one where an import failed. */
const mostRemembered = 3;

const memorySchema = z.record(z.string(), z.object({ second: z.number(), items: z.array(z.string()) }));
type Memory = z.output<typeof memorySchema>;

export interface NewnessOptions {
  /** The newest moment that was exported, as the tracker has it: local time in whole seconds. */
  readonly tracker: string | undefined;
  /**
   * What {@link Newness.memory} gave in an earlier run. With it, an item of the tracker's own second counts as new if it
   * was not exported; without it, it counts as exported, as a tracker alone cannot tell.
   */
  readonly memory: string | undefined;
  readonly time: LocalTime;
  /** Where nothing has been exported yet: older items are none of the new ones. Seconds since 1970. */
  readonly earliest?: number | undefined;
  /** What a source starts with, where that is not {@link noTracker}. */
  readonly none?: string;
  /**
   * The tracker goes no further than this second: what changes later, while the source is read, may have been passed by,
   * and is new for the next run. Seconds since 1970; no limit without.
   */
  readonly until?: number;
}

/** Tells which items of a source are newer than its tracker, and what the next tracker is. */
export class Newness {
  /** Items from this second on may be new. Seconds since 1970. */
  readonly since: number;
  readonly #tracker: string;
  readonly #time: LocalTime;
  readonly #memory: Memory;
  readonly #exported: ReadonlySet<string> | undefined;
  readonly #until: number;
  #latest: number;
  #ofLatest = new Set<string>();

  constructor({ tracker, memory, time, none = noTracker, earliest, until }: NewnessOptions) {
    this.#time = time;
    this.#until = until ?? Number.POSITIVE_INFINITY;
    const isFirst = tracker === undefined || tracker === none;
    const start = isFirst ? earliest : undefined;
    this.#tracker = start === undefined ? (tracker ?? none) : time.format(start);
    this.#memory = parseMemory(memory);
    const known = Object.hasOwn(this.#memory, this.#tracker) ? this.#memory[this.#tracker] : undefined;
    const exported = known?.items ?? (start === undefined ? undefined : []);
    this.#exported = exported === undefined ? undefined : new Set(exported);
    this.since = known?.second ?? start ?? time.parse(this.#tracker) ?? Number.NEGATIVE_INFINITY;
    this.#latest = this.since;
    this.#ofLatest = new Set(known?.items);
  }

  /** Whether nothing has been exported yet. */
  get isFirst(): boolean {
    return this.since < 0;
  }

  /**
   * Whether an item is new; if so, the next tracker covers it.
   *
   * @param moment of its last change, ISO 8601
   * @param identity among all items of the source
   */
  take(moment: string, identity: string): boolean {
    const second = Math.floor(Date.parse(moment) / 1000);
    const item = `${identity} ${moment}`;
    if (second < this.since || (second === this.since && this.#exported?.has(item) !== false)) return false;
    if (second > this.#until) return true;
    if (second > this.#latest) {
      this.#latest = second;
      this.#ofLatest = new Set();
    }
    if (second === this.#latest) this.#ofLatest.add(item);
    return true;
  }

  /** Whether something that changed then was exported for certain, as was all that changed before. */
  isOver(moment: string): boolean {
    return Math.floor(Date.parse(moment) / 1000) < this.since;
  }

  /** Value of the tracker after all items that were taken. */
  get tracker(): string {
    return this.#latest === this.since ? this.#tracker : this.#time.format(this.#latest);
  }

  /** What to remember beside the tracker; undefined while there is nothing. */
  get memory(): string | undefined {
    if (this.#ofLatest.size === 0) return undefined;
    const newest: Memory = { [this.tracker]: { second: this.#latest, items: [...this.#ofLatest] } };
    const older = Object.entries(this.#memory).filter(([tracker]) => tracker !== this.tracker);
    return JSON.stringify({ ...newest, ...Object.fromEntries(older.slice(0, mostRemembered - 1)) });
  }
}

/** What cannot be read is forgotten: without memory the tracker alone decides. */
function parseMemory(text: string | undefined): Memory {
  if (text === undefined) return {};
  try {
    return memorySchema.parse(JSON.parse(text));
  } catch {
    return {};
  }
}
