import { z } from 'zod';

/** Items of which only the number matters. */
const counted = z.array(z.unknown());

/** https://www.jenkins.io/doc/book/using/remote-access-api/ */
export const instanceSchema = z.object({ jobs: counted, views: counted });
export const nodesSchema = z.object({ computer: counted });

export const crumbSchema = z.object({ crumb: z.string(), crumbRequestField: z.string() });

const parameterSchema = z.object({
  name: z.string(),
  /** Absent or without value where there is none, or where it is a secret. */
  defaultParameterValue: z.object({ value: z.unknown() }).nullish(),
});

/** The definitions of parameters are among the properties of a job, in old versions among its actions. */
const holders = z
  .array(z.object({ parameterDefinitions: z.array(parameterSchema).nullish() }).nullable())
  .nullish()
  .transform((list) => list ?? []);

export const jobSchema = z.object({ actions: holders, property: holders, nextBuildNumber: z.int().nullish() });
export type Job = z.output<typeof jobSchema>;

const startSchema = z
  .object({ parameters: z.array(z.object({ name: z.string(), value: z.unknown() })).nullish() })
  .nullable();
const starts = z
  .array(startSchema)
  .nullish()
  .transform((list) => list ?? []);

/** What of a job waits or was built lately, with the parameters that it was started with. */
export const startsSchema = z.object({
  builds: z
    .array(z.object({ number: z.int(), actions: starts }))
    .nullish()
    .transform((list) => list ?? []),
  queueItem: z.object({ actions: starts }).nullish(),
});
export type Starts = z.output<typeof startsSchema>;

/** Jobs of a folder, or of the branches of a multibranch job; other jobs have none. */
export const childrenSchema = z.object({ jobs: z.array(z.object({ name: z.string() })).nullish() });

const branchesSchema = z.record(z.string(), z.object({ buildNumber: z.int() }));

export const buildSchema = z.object({
  number: z.int(),
  /** Null while it is at work. */
  result: z.string().nullish(),
  /** Of the git plug-in, among others: the last build of each branch so far. */
  actions: z
    .array(z.object({ buildsByBranchName: branchesSchema.optional().catch(undefined) }).nullable())
    .nullish()
    .transform((list) => list ?? []),
});
export type Build = z.output<typeof buildSchema>;

/** Null while it is at work. */
const buildResultSchema = z.object({ number: z.int(), result: z.string().nullish() });
export type BuildResult = z.output<typeof buildResultSchema>;

export const buildsSchema = z.object({
  builds: z
    .array(buildResultSchema)
    .nullish()
    .transform((list) => [...(list ?? [])].sort((left, right) => right.number - left.number)),
});
