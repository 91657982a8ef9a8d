import { setFlagsFromString } from 'node:v8';

/** Bytes of bytecode that a function runs through before it is compiled once more, to run as fast as can be; eight times the default. */
const PATIENCE = 500_000;

/**
 * Has V8 wait longer before it optimises a function. Most steps end within a second: what its threads compile by then is
 * used for a few more rows at best, and takes half of the processor time, from git too.
 */
export function compilePatiently(): void {
  setFlagsFromString(`--interrupt-budget=${PATIENCE}`);
}
