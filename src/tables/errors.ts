/** An export folder or a file in it that cannot be written or read. */
export class ExportError extends Error {
  override readonly name = 'ExportError';

  constructor(
    readonly file: string,
    message: string,
    cause?: unknown,
  ) {
    super(`${file}: ${message}`, { cause });
  }
}

/** A row that does not have the shape of its table: the item that it was made from must be skipped. */
export class RowError extends Error {
  override readonly name = 'RowError';

  constructor(
    readonly table: string,
    message: string,
  ) {
    super(`row of the table ${table}: ${message}`);
  }
}

/** Says what a failed operation on an exported file means for whoever runs the agent. */
export function exportError(file: string, action: string, cause: unknown): ExportError {
  if (cause instanceof ExportError) {
    return cause;
  }
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ExportError(file, `cannot ${action}: the disk is full; free some space and run again`, cause);
  }
  return new ExportError(file, `cannot ${action}: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
}
