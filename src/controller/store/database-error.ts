/**
 * What a database server says went wrong, without what the drivers add to it: statements with their parameters, and
 * details with the values of rows, which are personal data and must not come into logs.
 */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';

  constructor(
    message: string,
    /** SQLSTATE, or the code of an error of the operating system. */
    readonly code: string | undefined,
    /** `PANIC` and `FATAL`: the session is lost. */
    readonly severity: string | undefined,
  ) {
    super(message);
  }
}

/** Runs a statement of a driver, and rejects with what is safe to keep of its error. */
export async function withoutData<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof Error ? strip(error) : new DatabaseError(nameOf(error), undefined, undefined);
  }
}

function strip(error: Error): DatabaseError {
  return new DatabaseError(error.message, textOf(error, 'code'), textOf(error, 'severity'));
}

/** The file system of the embedded database throws objects with a name and a WASI error number, no errors. */
function nameOf(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null && 'name' in thrown && 'errno' in thrown
    ? `${thrown.name} ${thrown.errno}`
    : String(thrown);
}

function textOf(error: Error, property: string): string | undefined {
  const value: unknown = Object.getOwnPropertyDescriptor(error, property)?.value;
  return typeof value === 'string' ? value : undefined;
}
