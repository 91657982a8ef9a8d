import { readFileSync } from 'node:fs';
import { ConfigError } from './errors.js';

/**
 * Contents of a UTF-8 file, or undefined where there is none.
 *
 * @param directoryHint what may have happened where the path is a directory
 * @throws ConfigError where the path is a directory, may not be read, or does not hold UTF-8
 */
export function readTextFile(file: string, directoryHint = 'expected a file'): string | undefined {
  const bytes = readBytes(file, directoryHint);
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigError(file, 'is not UTF-8 text; save it in that encoding');
  }
}

function readBytes(file: string, directoryHint: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === 'EISDIR') throw new ConfigError(file, `is a directory; ${directoryHint}`);
    if (code === 'EACCES' || code === 'EPERM') throw new ConfigError(file, 'may not be read by this user');
    throw error;
  }
}
