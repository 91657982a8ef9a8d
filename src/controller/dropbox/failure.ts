import { messageOf, systemCode } from '../../ssh/errors.js';

export type FailureKind = 'missing' | 'denied' | 'exists' | 'full' | 'quota' | 'unsupported' | 'invalid' | 'failure';

/**
 * A request of an agent that is refused or that failed. The message is sent to the agent: it begins with the words of
 * the C library where there are such, as agents look for them, and names no path outside the agent's own folder.
 */
export class DropboxError extends Error {
  override readonly name = 'DropboxError';

  constructor(
    readonly kind: FailureKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export function missing(): DropboxError {
  return new DropboxError('missing', 'No such file or directory');
}

export function denied(reason: string): DropboxError {
  return new DropboxError('denied', `Permission denied: ${reason}`);
}

const known: ReadonlyMap<string, () => DropboxError> = new Map([
  ['ENOENT', missing],
  ['ENOTDIR', () => denied('a part of the path is not a folder')],
  ['ELOOP', () => denied('symbolic links are not followed')],
  ['EISDIR', () => new DropboxError('failure', 'Is a directory')],
  ['EEXIST', () => new DropboxError('exists', 'File exists')],
  ['ENOTEMPTY', () => new DropboxError('failure', 'Directory not empty')],
  ['ENAMETOOLONG', () => new DropboxError('invalid', 'File name too long')],
  ['EACCES', () => denied('the controller may not do this')],
  ['EPERM', () => denied('the controller may not do this')],
  ['EROFS', () => denied('the disk of the controller is read-only')],
  [
    'ENOSPC',
    () => new DropboxError('full', 'No space left on device: have space freed on the controller, then try again'),
  ],
  [
    'EDQUOT',
    () => new DropboxError('full', 'No space left on device: have space freed on the controller, then try again'),
  ],
]);

/** What the agent is told of an error. */
export function toDropboxError(error: unknown): DropboxError {
  if (error instanceof DropboxError) {
    return error;
  }
  const code = systemCode(error) ?? '';
  return known.get(code)?.() ?? new DropboxError('failure', `Failure ${code}`.trim(), { cause: error });
}

/** Whether an operator should hear of it, as the agent cannot help it. */
export function concernsOperator(error: DropboxError): boolean {
  return error.kind === 'full' || (error.kind === 'failure' && error.cause !== undefined);
}

export function describeCause(error: DropboxError): string {
  return error.cause === undefined ? error.message : `${error.message} (${messageOf(error.cause)})`;
}
