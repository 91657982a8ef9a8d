import type { IncomingMessage } from 'node:http';

/** Of a body that is refused this much is read. */
const maximumBytes = 16 * 1024 * 1024;

/** Reads a refused body on without keeping it: a caller that is cut off while it sends does not see the answer. */
export async function dropBody(body: IncomingMessage): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += Buffer.byteLength(chunk);
      if (bytes > maximumBytes) {
        return;
      }
    }
  } catch {
    // The caller went away, and needs no answer.
  }
}
