import { z } from 'zod';
import { projectMetadata } from '../../tables/catalogue/project.js';
import { projectMetaUpdate } from '../../tables/catalogue/quality.js';
import { rowless } from '../rowless.js';
import type { StepContext, StepSource } from '../step-source.js';
import { type ProjectAttributes, projectAttributes } from './attributes.js';
import { configuredServers, definitionTypes } from './configured.js';
import { DefinitionTracker } from './tracker.js';

const trackerFile = projectMetaUpdate.file;
const document = projectMetadata.file;
const earlierSchema = z.object({ quality_display_name: z.string().nullish() });

export interface ProjectOptions {
  /** To ask in place of what the settings have. */
  readonly url?: string;
}

/** Describes the project: by settings, credentials and sources, and the name that its quality reports have. */
export function projectToJson({ url }: ProjectOptions = {}): StepSource {
  return {
    step: 'project-to-json',
    types: definitionTypes,
    tables: [],
    trackers: [trackerFile],
    documents: [document],
    async *gather(context, since) {
      yield* [];
      const tracker = DefinitionTracker.parse(trackerFile, since[trackerFile]);
      const shown = await displayName(context, url, tracker, since[document]);
      return {
        [document]: `${JSON.stringify({ ...projectAttributes(context), ...shown })}\n`,
        ...(tracker.isChanged ? { [trackerFile]: String(tracker) } : {}),
      };
    },
  };
}

/** Of several servers, the last one names the project. Where one fails, an earlier name stays. */
async function displayName(
  context: StepContext,
  url: string | undefined,
  tracker: DefinitionTracker,
  earlier: string | undefined,
): Promise<ProjectAttributes> {
  const { servers } = configuredServers(context, url);
  const asked = servers.map(async (server) => {
    const revision = server.revision();
    const ask = () => rowless(async () => ({ name: await server.displayName(revision) }));
    const answer = await context.gatherPart(server.entry, ask);
    if (answer !== undefined) tracker.advance(server.entry, revision);
    return answer;
  });
  const answers = await Promise.all(asked);
  const found = answers.flatMap((answer) => (answer?.name === undefined ? [] : [answer.name])).at(-1);
  const kept = answers.includes(undefined) ? earlierName(earlier) : undefined;
  const name = found === undefined ? kept : found;
  return name === undefined ? {} : { quality_display_name: name };
}

function earlierName(text: string | undefined): string | null | undefined {
  if (text === undefined) return undefined;
  try {
    return earlierSchema.parse(JSON.parse(text)).quality_display_name;
  } catch {
    return undefined;
  }
}
