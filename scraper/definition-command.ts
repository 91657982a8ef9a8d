import type { Argv } from 'yargs';
import type { RevisionOptions } from '../src/sources/definitions/revisions.js';

/** Options of all steps that ask the servers of project definitions. */
export function withServers<T>(yargs: Argv<T>) {
  return yargs
    .option('url', {
      describe: 'Ask this server in place of those of the settings; its URL may name a report or a component',
      type: 'string',
      requiresArg: true,
    })
    .option('strict', {
      describe:
        'End with status 1 where a server could not be asked, or not about all; what is known stays in any case',
      type: 'boolean',
      default: false,
    });
}

/** Options of those steps that gather what is new. */
export function withRevisions<T>(yargs: Argv<T>) {
  return yargs
    .option('from-revision', {
      describe: 'Moment to start from, in place of where the update tracker is: "YYYY-MM-DD HH:MM:SS"',
      type: 'string',
      requiresArg: true,
    })
    .option('to-revision', {
      describe: 'Moment to stop at, in place of now: "YYYY-MM-DD HH:MM:SS", UTC for Quality-time, else local time',
      type: 'string',
      requiresArg: true,
    });
}

interface RevisionArguments {
  readonly url: string | undefined;
  readonly 'from-revision': string | undefined;
  readonly 'to-revision': string | undefined;
}

/** What a step is asked to gather, as the arguments have it. */
export function revisionsOf(args: RevisionArguments): RevisionOptions {
  const { url, 'from-revision': fromRevision, 'to-revision': toRevision } = args;
  return {
    ...(url === undefined ? {} : { url }),
    ...(fromRevision === undefined ? {} : { fromRevision }),
    ...(toRevision === undefined ? {} : { toRevision }),
  };
}
