import type { Runtime } from '../../src/config/runtime.js';
import { HttpError } from '../../src/http/errors.js';
import { StoreError } from '../../src/sources/file-store/store.js';
import { ImporterError, UnstableError } from '../../src/sources/importer/error.js';
import { retrieveImporter, retrieveImporterData } from '../../src/sources/importer/retrieve-importer.js';
import { defineCommand } from '../command.js';
import { jenkinsOptions, withVerify } from '../jenkins-options.js';
import { withStore } from '../store-options.js';

const text = { type: 'string', requiresArg: true } as const;

export const command = defineCommand(
  (yargs) =>
    withVerify(withStore(yargs))
      .option('base', { ...text, describe: 'Folder to put the importer into', default: '.' })
      .option('force', { describe: 'Replace data that differ', type: 'boolean', default: false })
      .option('path', { ...text, describe: 'Take it from the folder dist of this local one' })
      .option('jenkins', { describe: 'Take it from Jenkins: its base URL, or that of jenkins.host', type: 'string' })
      .option('url', { ...text, describe: 'Take it from the archive at this address (importer.url)' })
      .conflicts({ path: ['jenkins', 'url'], jenkins: 'url' })
      .option('store', { ...text, describe: 'URL of the store of data that go with it (dropins.url)' })
      .option('files', { describe: 'Fetch those data; --no-files to leave them', type: 'boolean', default: true })
      .option('job', { ...text, describe: 'Job that builds it (importer.job)' })
      .option('artifact', { ...text, describe: 'Folder among its artifacts (importer.artifact)' })
      .option('branch', { ...text, describe: 'Branch to take a build of (importer.branch)' })
      .option('results', {
        describe: 'Results of builds that count as stable (importer.results)',
        type: 'string',
        array: true,
        requiresArg: true,
      })
      .option('jenkins-username', { ...text, describe: 'User name at Jenkins (jenkins.username)' })
      .option('jenkins-password', { ...text, describe: 'Password at Jenkins (jenkins.password)' }),
  async (runtime, args) => {
    const { base, force, job, artifact, branch, results, path, url, type, username, password } = args;
    const jenkins = jenkinsOptions({
      host: args.jenkins || undefined,
      username: args['jenkins-username'],
      password: args['jenkins-password'],
      verify: args.verify,
    });
    const from = path !== undefined ? { path } : args.jenkins === undefined ? { url } : { jenkins };
    const code = await attempt(runtime, () =>
      retrieveImporter(runtime, { base, from, job, artifact, branch, results }),
    );
    const store = { type, url: args.store, username, password };
    const data = args.files ? await attempt(runtime, () => retrieveImporterData(runtime, { base, force, store })) : 0;
    return Math.max(code, data);
  },
);

async function attempt(runtime: Runtime, action: () => Promise<void>): Promise<number> {
  try {
    await action();
    return 0;
  } catch (error) {
    const isExpected = error instanceof ImporterError || error instanceof StoreError || error instanceof HttpError;
    if (!isExpected) throw error;
    runtime.log.error(error.message);
    // The importer of an earlier build does.
    return error instanceof UnstableError ? 0 : 1;
  }
}
