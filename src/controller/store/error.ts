/** The store could not be had, or refused what was asked. The cause is the driver's own error. */
export class StoreError extends Error {
  override readonly name = 'StoreError';

  /** @param doing what was being done and on which thing, as in `read the salts of project TEST` */
  constructor(
    readonly doing: string,
    override readonly cause: unknown,
  ) {
    super(`Could not ${doing}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** Runs an action of the store and turns what it throws into a StoreError that says what was being done. */
export async function storing<T>(doing: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof StoreError ? error : new StoreError(doing, error);
  }
}
