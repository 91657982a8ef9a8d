import { MANIFEST_FILE, readManifest, verifyManifest } from '../../tables/manifest.js';
import type { ExportFolder } from './export-folder.js';

/**
 * Holds an export against its manifest, and leaves out what the manifest does not name: it may be the rest of an upload
 * that was cut. An export of an original agent has no manifest and is taken as it is.
 *
 * @throws Error naming the files that are missing or not as the agent sent them
 */
export async function verifyExport(folder: string, project: string, exported: ExportFolder): Promise<ExportFolder> {
  const manifest = exported.files.has(MANIFEST_FILE) ? await readManifest(folder) : undefined;
  if (manifest === undefined) {
    return exported;
  }
  if (manifest.project !== project) {
    throw new Error(`${MANIFEST_FILE}: is of project ${manifest.project}`);
  }
  const missing = manifest.files
    .filter(({ name }) => !exported.files.has(name))
    .map(({ name }) => `${name} is missing`);
  const problems = missing.length > 0 ? missing : await verifyManifest(folder, manifest);
  if (problems.length > 0) {
    throw new Error(`the upload is not whole: ${problems.join('; ')}`);
  }
  return onlyNamed(exported, new Set(manifest.files.map(({ name }) => name)));
}

function onlyNamed(exported: ExportFolder, named: ReadonlySet<string>): ExportFolder {
  const tables = exported.tables.filter(({ table }) => named.has(table.file));
  const documents = exported.documents.filter(({ file }) => named.has(file));
  const known = [...exported.tables.map(({ table }) => table.file), ...exported.documents.map(({ file }) => file)];
  const unknown = [...exported.unknown, ...known.filter((file) => !named.has(file))];
  return { ...exported, tables, documents, unknown };
}
