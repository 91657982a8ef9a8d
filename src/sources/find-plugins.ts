import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { readTextFile } from '../config/text-file.js';

/** Where a plug-in is, and what to import of it. */
export interface PluginPlace {
  /** Name of the package, or of the folder. */
  readonly name: string;
  readonly folder: string;
  /** Path of the module, from the folder on. */
  readonly entry: string;
}

/** Word by which an npm package says that it is a source. */
const keyword = 'gatherer-source';

const target = z.union([z.string(), z.object({ import: z.string() }), z.object({ default: z.string() })]);
const packageSchema = z.object({
  name: z.string().optional(),
  keywords: z.array(z.string()).catch([]),
  exports: z.union([target, z.object({ '.': target })]).optional(),
  main: z.string().optional(),
});
type Package = z.output<typeof packageSchema>;

/** Folders of `<home>/plugins`, and the packages in `<home>/node_modules` and below that have the keyword. */
export async function findPlugins(home: string): Promise<readonly PluginPlace[]> {
  const own = path.join(home, 'plugins');
  const folders = (await foldersOf(own)).filter((folder) => path.basename(folder) !== 'node_modules');
  const packages = await Promise.all([home, own].map((folder) => packagesIn(path.join(folder, 'node_modules'))));
  return [...folders.map((folder) => placeOf(folder, readPackage(folder))), ...packages.flat()];
}

async function packagesIn(modules: string): Promise<readonly PluginPlace[]> {
  const folders = await foldersOf(modules);
  const scoped = await Promise.all(folders.filter((folder) => path.basename(folder).startsWith('@')).map(foldersOf));
  return [...folders, ...scoped.flat()].flatMap((folder) => {
    const contents = readPackage(folder);
    return contents?.keywords.includes(keyword) === true ? [placeOf(folder, contents)] : [];
  });
}

async function foldersOf(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const found = entries.filter((entry) => !entry.name.startsWith('.') && !entry.isFile());
    return found.map(({ name }) => path.join(folder, name)).sort();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

/** Undefined where there is none, or none that can be read: then the folder is imported by its usual name. */
function readPackage(folder: string): Package | undefined {
  const text = readTextFile(path.join(folder, 'package.json'));
  if (text === undefined) return undefined;
  try {
    return packageSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function placeOf(folder: string, contents: Package | undefined): PluginPlace {
  const { name = path.basename(folder), exports, main = 'index.js' } = contents ?? {};
  return { name, folder, entry: exports === undefined ? main : targetOf(exports) };
}

function targetOf(exports: NonNullable<Package['exports']>): string {
  if (typeof exports === 'string') return exports;
  if ('import' in exports) return exports.import;
  return 'default' in exports ? exports.default : targetOf(exports['.']);
}
