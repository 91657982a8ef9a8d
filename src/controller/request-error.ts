/** A request that cannot be answered. The caller is told the message as one line of text. */
export class RequestError extends Error {
  override readonly name = 'RequestError';

  /** @param status HTTP status code, from 400 */
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}
