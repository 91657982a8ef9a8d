import { lstat, readdir } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import type { DocumentDefinition, TableDefinition } from '../../tables/definition.js';
import { findDocument } from '../../tables/index.js';
import { MANIFEST_FILE } from '../../tables/manifest.js';

/** When the agent last asked whether it may scrape: a tracker that is for the schedule of the controller alone. */
export const PREFLIGHT_DATE = 'preflight_date.txt';

/** Files of an agent that are neither tables nor documents, and are nothing to report. */
const EXPECTED: ReadonlySet<string> = new Set(['scrape.log', MANIFEST_FILE, 'preflight_env']);

/** Files that go back to the agent though the catalogue does not call them trackers. */
const FURTHER_TRACKERS: ReadonlySet<string> = new Set([
  PREFLIGHT_DATE,
  'metric_names.json',
  'quality_time_measurement_date.txt',
]);

/** Largest tracker or document that is kept, in bytes: the tracker of Git has a line per repository. */
const LARGEST_DOCUMENT = 16 * 1024 * 1024;

export interface ExportedTable {
  readonly path: string;
  readonly table: TableDefinition;
}

export interface ExportedDocument {
  readonly path: string;
  readonly file: string;
  readonly kind: DocumentDefinition['kind'];
  readonly modified: Date;
}

/** What an agent handed over. */
export interface ExportFolder {
  /** Names of all regular files. */
  readonly files: ReadonlySet<string>;
  /** Their size together. */
  readonly bytes: number;
  readonly tables: readonly ExportedTable[];
  /** Update trackers and descriptions of the project. */
  readonly documents: readonly ExportedDocument[];
  /** Names of what was not expected: files of no table, folders, links. They are left alone. */
  readonly unknown: readonly string[];
}

/**
 * @param folder of an import job, within the data folder
 * @returns its absolute path
 * @throws Error where it points out of the data folder
 */
export function locate(dataFolder: string, folder: string): string {
  const path = resolve(dataFolder, folder);
  const inside = relative(resolve(dataFolder), path);
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`)) {
    throw new Error(`folder ${folder} is not within the data folder`);
  }
  return path;
}

/** Looks through an export; nothing but regular files with the names of tables, documents and the manifest is ever opened. */
export async function listExport(path: string, tables: readonly TableDefinition[]): Promise<ExportFolder> {
  const byFile = new Map(tables.map((table) => [table.file, table]));
  const found: {
    bytes: number;
    readonly files: Set<string>;
    readonly tables: ExportedTable[];
    readonly documents: ExportedDocument[];
    readonly unknown: string[];
  } = { bytes: 0, files: new Set(), tables: [], documents: [], unknown: [] };
  for (const name of await namesIn(path)) {
    const file = join(path, name);
    const stats = await lstat(file);
    const table = byFile.get(name);
    const kind = kindOf(name);
    if (!stats.isFile()) {
      found.unknown.push(name);
      continue;
    }
    found.files.add(name);
    found.bytes += stats.size;
    if (table !== undefined) {
      found.tables.push({ path: file, table });
    } else if (kind !== undefined) {
      checkSize(name, stats.size);
      found.documents.push({ path: file, file: name, kind, modified: stats.mtime });
    } else if (!EXPECTED.has(name)) {
      found.unknown.push(name);
    }
  }
  return found;
}

/** @throws Error that does not tell callers of the status endpoint where the data folder is */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    const gone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw gone ? new Error(`the files of the export are gone: there is no ${basename(folder)} in imports/`) : error;
  }
}

function kindOf(file: string): DocumentDefinition['kind'] | undefined {
  return FURTHER_TRACKERS.has(file) ? 'tracker' : findDocument(file)?.kind;
}

function checkSize(file: string, size: number): void {
  if (size > LARGEST_DOCUMENT) {
    throw new Error(`${file}: has ${size} bytes; at most ${LARGEST_DOCUMENT} are kept`);
  }
}
