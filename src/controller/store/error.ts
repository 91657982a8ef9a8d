/** SQLSTATE classes of lost connections and servers that shut down, and the operating system's errors. */
const DISCONNECTED = /^(08|57P)|^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)/;

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

  /** The connection was lost or could not be made: what was asked may well succeed later. */
  get disconnected(): boolean {
    const code = this.cause instanceof Error && 'code' in this.cause ? String(this.cause.code) : '';
    return (
      DISCONNECTED.test(code) || (this.cause instanceof Error && /^Connection terminated/.test(this.cause.message))
    );
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
