import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { generatedDocs } from './generated-docs.js';

/** Writes the generated files whose path begins with the argument, or all of them, below the working directory. */
const prefix = process.argv[2] ?? '';
for (const [path, contents] of await generatedDocs()) {
  if (path.startsWith(prefix)) {
    await mkdir(dirname(resolve(path)), { recursive: true });
    await writeFile(resolve(path), contents);
  }
}
