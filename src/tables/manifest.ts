import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../config/atomic-file.js';
import { ExportError, exportError } from './errors.js';
import { findTable } from './index.js';
import { countRows } from './reader.js';

/** Its name is none that an original controller looks for, so that it lies there unseen. */
export const MANIFEST_FILE = 'manifest.json';
/** A manifest names a few dozen files; more than this is not one of ours. */
const LARGEST_MANIFEST = 1024 * 1024;

const manifestFileSchema = z.object({
  /** Without folder. */
  name: z
    .string()
    .min(1)
    .max(255)
    .refine((name) => name === basename(name) && name !== '.' && name !== '..', { error: 'is no plain file name' }),
  /** Bytes. */
  size: z.int().min(0),
  /** Lower-case hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Absent for files that are no tables. */
  rows: z.int().min(0).exactOptional(),
});

/** What an agent exported, so that the controller can tell a complete upload from one that was cut. */
export const manifestSchema = z.object({
  format: z.literal(1),
  project: z.string().min(1).max(100),
  agentVersion: z.string().max(100),
  created: z.iso.datetime(),
  files: z
    .array(manifestFileSchema)
    .max(1000)
    .refine((files) => new Set(files.map(({ name }) => name)).size === files.length, { error: 'names a file twice' }),
});

export type Manifest = z.output<typeof manifestSchema>;
export type ManifestFile = Manifest['files'][number];

/**
 * Measures files of an export folder and writes the manifest that describes them.
 *
 * @param files names without folder, of files that are there; the manifest itself is left out
 * @throws {ExportError} where a file cannot be read, or a table is not an array of rows
 */
export async function writeManifest(
  folder: string,
  files: readonly string[],
  origin: { readonly project: string; readonly agentVersion: string; readonly created: Date },
): Promise<Manifest> {
  const measured: ManifestFile[] = [];
  for (const name of files.filter((file) => file !== MANIFEST_FILE)) {
    measured.push(await measure(folder, name));
  }
  const { project, agentVersion, created } = origin;
  const manifest: Manifest = { format: 1, project, agentVersion, created: created.toISOString(), files: measured };
  const path = join(folder, MANIFEST_FILE);
  try {
    await writeFileAtomically(path, `${JSON.stringify(manifest, undefined, 2)}\n`, 0o644);
  } catch (error) {
    throw exportError(path, 'write', error);
  }
  return manifest;
}

/**
 * Reads the manifest of a folder; undefined where there is none, as from an original agent.
 *
 * @throws {ExportError} where it is malformed
 */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const path = join(folder, MANIFEST_FILE);
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > LARGEST_MANIFEST) {
      throw new ExportError(path, `is larger than ${LARGEST_MANIFEST} bytes`);
    }
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return undefined;
    }
    throw exportError(path, 'read', error);
  }
  const result = manifestSchema.safeParse(parseJson(text));
  if (!result.success) {
    const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'document'}: ${issue.message}`);
    throw new ExportError(path, `is not a manifest: ${problems.join('; ')}`);
  }
  return result.data;
}

/**
 * Holds the files of a folder against the manifest.
 *
 * @returns what is wrong, one sentence per file; empty where all files are there and whole. Files that the manifest
 *   does not name are no problem.
 * @throws {ExportError} where a file cannot be read
 */
export async function verifyManifest(folder: string, manifest: Manifest): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const file of manifest.files) {
    const problem = await verifyFile(folder, file);
    if (problem !== undefined) {
      problems.push(problem);
    }
  }
  return problems;
}

async function verifyFile(folder: string, file: ManifestFile): Promise<string | undefined> {
  let found: { size: number; sha256: string };
  try {
    found = await digest(join(folder, file.name));
  } catch (error) {
    if (error instanceof ExportError && error.cause instanceof Error && 'code' in error.cause) {
      if (error.cause.code === 'ENOENT') {
        return `${file.name} is missing`;
      }
    }
    throw error;
  }
  if (found.size !== file.size) {
    return `${file.name} has ${found.size} bytes instead of ${file.size}`;
  }
  return found.sha256 === file.sha256 ? undefined : `${file.name} was changed on its way`;
}

async function measure(folder: string, name: string): Promise<ManifestFile> {
  const path = join(folder, name);
  const measured = { name, ...(await digest(path)) };
  return findTable(name) === undefined ? measured : { ...measured, rows: await countRows(path) };
}

async function digest(path: string): Promise<{ readonly size: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const chunk of createReadStream(path)) {
      const bytes: unknown = chunk;
      if (bytes instanceof Uint8Array) {
        hash.update(bytes);
        size += bytes.length;
      }
    }
  } catch (error) {
    throw exportError(path, 'read', error);
  }
  return { size, sha256: hash.digest('hex') };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
