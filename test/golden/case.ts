import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const simulator = z.object({
  /** File of `test/simulators` without suffix, or `svnserve`, `slapd`. */
  name: z.string(),
  /** Name in placeholders, where it is not that of the simulator. */
  as: z.string().exactOptional(),
  data: z.string().exactOptional(),
  flags: z.array(z.string()).default([]),
  tls: z.boolean().default(false),
  record: z.string().exactOptional(),
});

const repository = z.object({
  name: z.string(),
  type: z.enum(['git', 'subversion']),
  path: z.string(),
  head: z.string().default('master'),
  input: z.string().exactOptional(),
  generator: z.array(z.string()).exactOptional(),
  /** The simulator below whose root folder it lies. */
  under: z.string().exactOptional(),
  /** Passwords by user name, where `svnserve` lets nobody else read it. */
  users: z.record(z.string(), z.string()).exactOptional(),
});

const caseSchema = z.object({
  description: z.string(),
  project: z.string(),
  tz: z.string().default('UTC'),
  env: z.record(z.string(), z.string()).default({}),
  steps: z.array(z.string()),
  runSteps: z.record(z.string(), z.array(z.string())).default({}),
  simulators: z.array(simulator).default([]),
  repositories: z.array(repository).default([]),
  runs: z.int().min(1),
  /** Exit status by run and step, where one is not 0. */
  exit: z.array(z.array(z.int())).default([]),
  compare: z.record(z.string(), z.object({ ignore: z.array(z.string()).default([]) })).default({}),
  /** Files that are there to be read, not to be matched, and why. */
  divergence: z.record(z.string(), z.string()).default({}),
  /** Further paths of the working directory, of which nothing but what is expected may be there. */
  collect: z.array(z.string()).default([]),
});

export type Simulator = z.output<typeof simulator>;
export type Repository = z.output<typeof repository>;

/** A golden case: inputs, and what a run over them exports. */
export interface GoldenCase extends z.output<typeof caseSchema> {
  readonly folder: string;
  /** `<system>/<case>` */
  readonly label: string;
}

/** All cases below a folder, which holds `<system>/<case>/case.json`. */
export function findCases(root: string): readonly GoldenCase[] {
  const folders = (folder: string): readonly string[] =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => path.join(folder, entry.name))
      .sort();
  return folders(root)
    .flatMap(folders)
    .filter((folder) => existsSync(path.join(folder, 'case.json')))
    .map((folder) => readCase(root, folder));
}

function readCase(root: string, folder: string): GoldenCase {
  const parsed = caseSchema.parse(JSON.parse(readFileSync(path.join(folder, 'case.json'), 'utf8')));
  return { ...parsed, folder, label: path.relative(root, folder) };
}
