import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTextFile } from './text-file.js';

/** Folder of the package: the nearest one above this module that holds `package.json`. */
export function packageFolder(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (readTextFile(path.join(folder, 'package.json')) === undefined) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error(`There is no package.json above ${import.meta.dirname}`);
    folder = parent;
  }
  return folder;
}

/**
 * First line of VERSION in GATHERER_HOME, else of the one that came with the package, else the version of the package.
 *
 * @param home GATHERER_HOME where the environment sets it
 */
export function readVersion(home: string | undefined): string {
  for (const folder of home === undefined ? [packageFolder()] : [home, packageFolder()]) {
    const line = readTextFile(path.join(folder, 'VERSION'))?.split(/\r?\n/, 1)[0]?.trim();
    if (line !== undefined && line !== '') return line;
  }
  return packageVersion();
}

function packageVersion(): string {
  const contents: unknown = JSON.parse(readTextFile(path.join(packageFolder(), 'package.json')) ?? '{}');
  const hasVersion = typeof contents === 'object' && contents !== null && 'version' in contents;
  return hasVersion ? String(contents.version) : 'unknown';
}
