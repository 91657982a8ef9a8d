/**
 * A map of bounded size that forgets what was not asked for lately. It keeps two generations and drops the older one
 * whole, as taking single entries from the front of a Map gets slower with each.
 */
export class RecentMap<Key, Value> {
  #recent = new Map<Key, Value>();
  #older = new Map<Key, Value>();

  /**
   * @param capacity entries of a generation; there are at most twice as many
   */
  constructor(private readonly capacity: number) {}

  get(key: Key): Value | undefined {
    const recent = this.#recent.get(key);
    if (recent !== undefined) return recent;
    const older = this.#older.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: Key, value: Value): void {
    if (this.#recent.size >= this.capacity) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(key, value);
  }
}
