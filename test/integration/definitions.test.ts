import { describe, expect, it } from 'vitest';
import { historyToJson } from '../../src/sources/definitions/history-to-json.js';
import { metricOptionsToJson } from '../../src/sources/definitions/metric-options-to-json.js';
import { projectSources } from '../../src/sources/definitions/project-sources.js';
import { DefinitionWorld, metricId, qualityTimeDataset, report, sonarQubeDataset } from '../definition-world.js';
import { allFaults, faults } from '../forge-faults.js';

const sizes = { many: 12, history: 30 };
const small = { many: 2, history: 3 };
const toRevision = '2024-03-11 12:00:00';
/** Nothing listens there. */
const nowhere = 'http://127.0.0.1:9';

async function gatherBoth(flags: readonly string[]): Promise<DefinitionWorld> {
  const world = new DefinitionWorld();
  const qualityTime = await world.start('quality-time', qualityTimeDataset(sizes), flags);
  const sonarQube = await world.start('sonarqube', sonarQubeDataset(sizes), flags);
  world.use({ qualityTime: qualityTime.url, sonarQube: sonarQube.url });
  expect(await world.scrape({ toRevision })).toEqual([]);
  return world;
}

describe('faults of Quality-time and SonarQube', () => {
  /** Of project-to-json, the moment of the run. */
  const compared = (world: DefinitionWorld) => ({ ...world.everything(), 'project_meta_update.json': undefined });
  let undisturbed: Readonly<Record<string, unknown>>;

  it('are none: all rows of both come through', async () => {
    const world = await gatherBoth([]);
    undisturbed = compared(world);
    expect(world.rows('data_metrics.json')).toHaveLength(sizes.many * sizes.history * 3);
    expect(world.rows('data_metric_targets.json')).toHaveLength(sizes.many * 3);
    expect(world.rows('data_sources.json')).toHaveLength(sizes.many * 2 + 2);
    expect(Object.keys(Object(world.read('metric_names.json')))).toHaveLength(sizes.many * 3);
    expect(world.read('measurements_update.json')).toMatchObject({ sources: [{}, {}] });
  });

  it.each([...faults, ['everything goes wrong at once', allFaults] as const])(
    'change no row where %s',
    async (_, flags) => {
      const world = await gatherBoth(flags);
      expect(compared(world)).toEqual(undisturbed);
    },
  );
});

describe('a server that cannot be had', () => {
  it('keeps its sources, rows and trackers, while the other one goes on', async () => {
    const world = new DefinitionWorld();
    const sonarQube = await world.start('sonarqube', sonarQubeDataset(small));
    world.use({ qualityTime: nowhere, sonarQube: sonarQube.url });
    const tracker = {
      sources: [{ type: 'quality-time', name: 'Quality-time', url: nowhere }],
      versions: { [nowhere]: '2024-02-01T00:00:00+00:00' },
    };
    world.write('project_sources_update.json', tracker);
    world.write('metric_options_update.json', tracker);
    world.write('data_sources.json', [{ type: 'git', name: 'shop', url: 'https://git.example.org/shop.git' }]);
    const version = { version_id: '2024-01-31T00:00:00+00:00', commit_date: '2024-01-31 00:00:00' };
    world.write('data_metric_versions.json', [version]);
    const incomplete = await world.run(projectSources({ toRevision }));
    expect(incomplete.incomplete).toEqual([expect.stringMatching(/^Quality-time: .*connection was refused/)]);
    expect(world.rows('data_sources.json').map(({ name }) => name)).toEqual([
      ...['shop', 'Quality-time', 'Part 1', 'Part 2', 'SonarQube'],
    ]);
    await world.run(metricOptionsToJson({ toRevision }));
    expect(world.rows('data_metric_versions.json')).toEqual([
      expect.objectContaining({ version_id: expect.any(String) }),
      version,
    ]);
    for (const file of ['project_sources_update.json', 'metric_options_update.json']) {
      expect(world.read(file)).toMatchObject({
        versions: { [nowhere]: '2024-02-01T00:00:00+00:00', [`${sonarQube.url}/`]: '2024-03-11T12:00:00+0000' },
      });
    }
  });

  it('names the option that would mend a refusal, and is asked from the beginning once it is mended', async () => {
    const world = new DefinitionWorld();
    const server = await world.start('sonarqube', { ...sonarQubeDataset(small), forceAuthentication: true });
    world.use({ sonarQube: server.url });
    expect(await world.scrape({ toRevision })).toContainEqual(
      expect.stringMatching(/is refused with status 401: set username and password of \[127\.0\.0\.1:\d+\]/),
    );
    expect(world.rows('data_metrics.json')).toEqual([]);
    world.configure('credentials.cfg', `[${server.host}]\nusername = squ_secret\npassword = -\n`);
    expect(await world.scrape({ toRevision })).toEqual([]);
    expect(world.rows('data_metrics.json')).toHaveLength(small.many * small.history * 2);
    expect(world.logged).not.toContain(Buffer.from('squ_secret:').toString('base64'));
  });

  it('does not answer for one metric: the others are exported, and it is asked again', async () => {
    const world = new DefinitionWorld();
    const dataset = qualityTimeDataset(small);
    const failures = {
      [`/api/internal/changelog/metric/${metricId(1)}`]: 404,
      [`/api/internal/measurements/${metricId(1)}`]: 400,
    };
    const server = await world.start('quality-time', { ...dataset, failures });
    world.use({ qualityTime: server.url });
    expect(await world.scrape({ toRevision })).toHaveLength(2);
    expect(new Set(world.rows('data_metric_targets.json').map(({ name }) => name))).toEqual(new Set([metricId(2)]));
    expect(new Set(world.rows('data_metrics.json').map(({ name }) => name))).toEqual(new Set([metricId(2)]));
    expect(world.has('measurements_update.json')).toBe(false);
    expect(world.has('metric_options_update.json')).toBe(false);
    expect(Object.keys(Object(world.read('metric_names.json')))).toHaveLength(2);
  });
});

describe('history-to-json', () => {
  it('gives each measurement once, over several runs', async () => {
    const world = new DefinitionWorld();
    const qualityTime = await world.start('quality-time', qualityTimeDataset(small));
    const sonarQube = await world.start('sonarqube', sonarQubeDataset(small));
    world.use({ qualityTime: qualityTime.url, sonarQube: sonarQube.url });
    for (const moment of ['2024-01-03 00:00:00', '2024-01-03 12:00:00', toRevision]) {
      await world.run(metricOptionsToJson({ toRevision: moment }));
      await world.run(historyToJson({ toRevision: moment }));
    }
    const rows = world.rows('data_metrics.json').map((row) => JSON.stringify(row));
    expect(new Set(rows).size).toBe(rows.length);
    expect(rows).toHaveLength(small.many * small.history * 3);
  });

  it('leaves out a component that is gone, and converts dates with an offset', async () => {
    const world = new DefinitionWorld(undefined, { TZ: 'Europe/Amsterdam' });
    const dataset = sonarQubeDataset({ many: 1, history: 0 });
    const [component] = dataset.components;
    const analyses = [
      { date: '2024-06-01T10:00:00-0500', measures: { bugs: '1', coverage: 'NaN' } },
      { date: '2024-06-02T10:00:00+0000', measures: { bugs: '2' } },
    ];
    const server = await world.start('sonarqube', { ...dataset, components: [{ ...component, analyses }] });
    world.use({ sonarQube: server.url });
    const metric = { base_name: 'bugs', domain_type: '', scale: 'count' };
    world.write('metric_names.json', {
      'bugs_part-1': { ...metric, domain_name: 'part-1' },
      'coverage_part-1': { ...metric, base_name: 'coverage', domain_name: 'part-1' },
      bugs_gone: { ...metric, domain_name: 'gone' },
    });
    expect((await world.run(historyToJson())).incomplete).toEqual([]);
    expect(world.rows('data_metrics.json').map(({ name, date }) => `${name} ${date}`)).toEqual([
      ...['bugs_part-1 2024-06-01 17:00:00', 'bugs_part-1 2024-06-02 10:00:00'],
    ]);
  });

  it('leaves everything as it is where no metrics are known', async () => {
    const world = new DefinitionWorld();
    world.use({ qualityTime: nowhere });
    expect(await world.run(historyToJson())).toEqual({ rows: new Map(), incomplete: [] });
    expect(world.has('data_metrics.json')).toBe(false);
  });
});

describe('what is exported', () => {
  it('names nobody where there are secrets', async () => {
    const world = new DefinitionWorld();
    const server = await world.start('quality-time', qualityTimeDataset(small));
    world.use({ qualityTime: server.url });
    world.configure('secrets.json', JSON.stringify({ salts: { salt: 'a', pepper: 'b' }, usernames: [] }));
    await world.scrape({ toRevision });
    expect(world.rows('data_metric_versions.json')).toHaveLength(small.many);
    expect(world.rows('data_metric_versions.json')[0]).toMatchObject({ encrypted: '1', message: '' });
    expect(JSON.stringify(world.everything()) + world.logged).not.toMatch(/Jane|jane@example/);
  });

  it('is of the report or component that the URL names, at a server in a folder with a login', async () => {
    const world = new DefinitionWorld();
    const dataset = qualityTimeDataset(small);
    const other = { ...dataset.reports[0], report_uuid: report.replace('0001-', '0009-'), title: 'Another report' };
    const login = { basicAuth: { user: 'reader', password: 'pass word' } };
    const reports = [other, ...dataset.reports];
    const server = await world.start('quality-time', { ...dataset, ...login, reports });
    world.configure('credentials.cfg', `[${server.host}]\nusername = reader\npassword = pass word\n`);
    world.use({ qualityTime: `${server.url}/${report}` });
    expect(await world.scrape({ toRevision })).toEqual([]);
    expect(world.read('data_project.json')).toMatchObject({ quality_display_name: 'Report of Test' });
    expect(server.requests().some(({ url }) => url.includes(`/report/${report}?report_date=`))).toBe(true);
  });

  it('keeps sources that were put there where skip_dropin is 0', async () => {
    const world = new DefinitionWorld(undefined, { skip_dropin: '0' });
    const server = await world.start('sonarqube', sonarQubeDataset({ many: 1, history: 1 }));
    world.use({ sonarQube: server.url });
    const own = { type: 'git', name: 'own', url: 'https://gitlab.example.org/group/part-1/' };
    world.write('data_sources.json', [own]);
    await world.run(projectSources());
    expect(world.rows('data_sources.json')).toEqual([own, { type: 'sonar', name: 'SonarQube', url: `${server.url}/` }]);
  });

  it('leaves the sources alone where no server is configured', async () => {
    const world = new DefinitionWorld();
    world.write('data_sources.json', [{ type: 'git', name: 'own', url: 'https://git.example.org/own' }]);
    await world.run(projectSources());
    expect(world.rows('data_sources.json')).toHaveLength(1);
  });

  it('leaves out what is malformed, and says which', async () => {
    const world = new DefinitionWorld();
    const dataset = qualityTimeDataset(small);
    const [whole] = dataset.measurements;
    const measurements = [...dataset.measurements, { ...whole, end: 'yesterday' }];
    const server = await world.start('quality-time', { ...dataset, measurements });
    world.use({ qualityTime: server.url });
    expect(await world.scrape({ toRevision })).toEqual([]);
    expect(world.rows('data_metrics.json')).toHaveLength(small.many * small.history);
    expect(world.logged).toMatch(/the measurements of .*: end: is no moment/);
  });
});
