/**
 * Opens a stream per item, some ahead of the one that is read, and gives what they give in the order of the items. So
 * many streams have asked for their first value at most, and none for more: what waits does not grow with the items.
 */
export async function* streamAhead<Item, Value>(
  items: AsyncIterable<Item> | Iterable<Item>,
  width: number,
  open: (item: Item) => AsyncGenerator<Value>,
): AsyncGenerator<Value> {
  const waiting: StartedStream<Value>[] = [];
  try {
    for await (const item of items) {
      waiting.push(new StartedStream(open(item)));
      if (waiting.length >= width) yield* drainFirst(waiting);
    }
    while (waiting.length > 0) yield* drainFirst(waiting);
  } finally {
    for (const stream of waiting) stream.close();
  }
}

async function* drainFirst<Value>(waiting: StartedStream<Value>[]): AsyncGenerator<Value> {
  const [first] = waiting;
  if (first === undefined) return;
  // It stays in the list until it has ended, so that it is closed where its reader leaves.
  yield* first.rest();
  waiting.shift();
}

/** The values of promises in order, some of them under way ahead of the one that is waited for. */
export function mapAhead<Item, Value>(
  items: AsyncIterable<Item> | Iterable<Item>,
  width: number,
  map: (item: Item) => Promise<Value>,
): AsyncGenerator<Value> {
  return streamAhead(items, width, async function* (item) {
    yield await map(item);
  });
}

/** A stream whose first value has been asked for. */
class StartedStream<Value> {
  readonly #first: Promise<IteratorResult<Value>>;

  constructor(private readonly stream: AsyncGenerator<Value>) {
    this.#first = stream.next();
    // Whoever reads it hears of the failure.
    this.#first.catch(() => undefined);
  }

  async *rest(): AsyncGenerator<Value> {
    const first = await this.#first;
    if (first.done === true) return;
    yield first.value;
    yield* this.stream;
  }

  /** Does not wait: what it has asked for may take long. */
  close(): void {
    this.stream.return(undefined).catch(() => undefined);
  }
}
