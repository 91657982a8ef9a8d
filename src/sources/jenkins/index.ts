import { DenyList } from '../../http/deny-list.js';
import { jenkins } from '../../tables/catalogue/organisation.js';
import { readSourceEntries } from '../entries.js';
import type { LocationContext } from '../location.js';
import { rowless } from '../rowless.js';
import type { FileContents, StepContext, StepSource } from '../step-source.js';
import { openJenkins } from './open.js';
import { type JenkinsOptions, type JenkinsPlace, placeOfSettings, placeOfSource } from './place.js';

/** Counts the jobs, views and nodes of the Jenkins server of the settings, else of the sources of the project. */
export function jenkinsSource(options: JenkinsOptions = {}): StepSource {
  return {
    step: 'jenkins-to-json',
    types: ['jenkins'],
    tables: [],
    trackers: [],
    documents: [jenkins.file],
    gather: (context) => rowless(() => describe(context, options)),
  };
}

async function describe(context: StepContext, options: JenkinsOptions): Promise<FileContents> {
  const place = findPlace(context, options);
  if (place === undefined) return {};
  const client = openJenkins(context, place, 'Overall/Read');
  const [{ jobs, views }, nodes] = await Promise.all([client.counts(), client.nodes()]);
  context.log.info(`${place.url} has ${jobs} jobs, ${views} views and ${nodes} nodes`);
  return { [jenkins.file]: JSON.stringify({ host: place.url, jobs, views, nodes }) };
}

/** A server that must not be asked counts as none. */
function findPlace(context: StepContext, options: JenkinsOptions): JenkinsPlace | undefined {
  const { environment, log } = context;
  const denyList = DenyList.parse(environment['GATHERER_URL_BLACKLIST']);
  const places = knownPlaces(context, options);
  const allowed = places.find(({ url }) => !denyList.denies(new URL(url)));
  if (places.length === 0)
    log.info('No Jenkins server: neither option "host" of section [jenkins] nor a source is one');
  if (places.length > 0 && allowed === undefined) {
    log.error(`${places[0]?.url} is denied by GATHERER_URL_BLACKLIST, and its jobs are not counted`);
  }
  return allowed;
}

function knownPlaces(context: StepContext, options: JenkinsOptions): readonly JenkinsPlace[] {
  const configured = placeOfSettings(context, options);
  if (configured !== undefined) return [configured];
  const entries = readSourceEntries(context.exportFolder) ?? [];
  const location: LocationContext = { ...context, followHostChange: true };
  return entries.filter(({ type }) => type === 'jenkins').map((entry) => placeOfSource(entry, location));
}
