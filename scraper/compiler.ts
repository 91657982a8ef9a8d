import { setFlagsFromString } from 'node:v8';

/** Bytes of bytecode that a function runs through before V8 compiles it once more; seven times the default. */
const PATIENCE = 500_000;

/** As much, in V8's own measure, of a function of WebAssembly, as the embedded database is; later versions have it so. */
const WASM_PATIENCE = 13_000_000;

/** The versions of V8 that have the flags so, those of Node.js 20: later ones count calls. */
const COUNTS_BYTECODE = /^11\./;

/**
 * Has V8 wait longer before it optimises a function. Most steps end within a second: what its threads compile by then is
 * used for a few more rows at best, and takes cores that git could use (docs/decisions/052-late-optimising.md).
 */
export function compilePatiently(): void {
  if (!COUNTS_BYTECODE.test(process.versions.v8)) return;
  setFlagsFromString(`--interrupt-budget=${PATIENCE}`);
  setFlagsFromString(`--wasm-tiering-budget=${WASM_PATIENCE}`);
}
