import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../servers/exports.js';
import { onEachServer, onPostgresql, type TestDatabase } from '../servers/stores.js';
import { temporaryFolder } from '../temporary-folder.js';
import { until } from '../until.js';
import { type Ended, type Started, startGatherer } from './support/gatherer.js';
import { GrowingRepository } from './support/repository.js';

/** The working folder of a central installation. */
class Installation {
  readonly folder = temporaryFolder();
  readonly repository = new GrowingRepository(join(this.folder, 'app.git'));

  constructor(
    readonly database: Pick<TestDatabase, 'dataFolder' | 'databaseUrl'>,
    projects: readonly string[] = ['TEST'],
  ) {
    const lines = projects.map((key) => `${key} = Test\n`).join('');
    writeFileSync(join(this.folder, 'settings.cfg'), `[projects]\n${lines}`);
    writeFileSync(join(this.folder, 'credentials.cfg'), '');
    for (const project of projects) {
      this.write(`export/${project}/data_sources.json`, [{ type: 'git', name: 'app', url: this.repository.url }]);
    }
  }

  write(file: string, contents: unknown): void {
    const path = join(this.folder, file);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, typeof contents === 'string' ? contents : JSON.stringify(contents));
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  has(file: string): boolean {
    return existsSync(join(this.folder, file));
  }

  run(variables: Readonly<Record<string, string>>, words: readonly string[] = []): Promise<Ended> {
    return this.start(variables, words).ended;
  }

  start(variables: Readonly<Record<string, string>>, words: readonly string[] = []): Started {
    const { dataFolder, databaseUrl } = this.database;
    const environment = {
      CONTROLLER_DATA: dataFolder,
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      ...variables,
    };
    return startGatherer(['pipeline', ...words], { folder: this.folder, environment });
  }

  /** Puts a program into a folder before all others. @returns the PATH with it */
  writeProgram(name: string, text: string): string {
    this.write(`bin/${name}`, text);
    chmodSync(join(this.folder, 'bin', name), 0o755);
    return `${join(this.folder, 'bin')}:${process.env['PATH']}`;
  }

  async ask(sql: string): Promise<readonly unknown[]> {
    const query = await connect(this.database);
    try {
      return await query.ask(sql);
    } finally {
      await query.close();
    }
  }
}

const onlyGit = { listOfProjects: 'TEST', gathererScripts: 'git_to_json.py' };
const tracker = 'export/TEST/latest_vcs_versions.json';

onEachServer('gatherer pipeline', (create) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await create();
  });
  afterEach(() => database.remove());

  it('gathers and imports, later only what is new, and with pseudonyms', async () => {
    const central = new Installation(database);
    central.repository.grow(12);
    const first = await central.run(onlyGit);
    expect(first, first.output).toMatchObject({ code: 0, output: expect.stringContaining('app: 12 of vcs_versions') });
    const people = await central.ask('select distinct developer, encrypted from gros.vcs_versions');
    expect(people.length).toBeGreaterThan(0);
    for (const person of people) {
      expect(person).toEqual({ developer: expect.stringMatching(/^[0-9a-f]{64}$/), encrypted: expect.anything() });
    }
    expect(central.has('export/TEST/.trackers')).toBe(false);
    expect(central.has('export/TEST/.status/secrets.json')).toBe(false);

    // What the database has counts, not what somebody left here.
    central.write(tracker, '{"app":"0000000000000000000000000000000000000000"}');
    central.repository.grow(3);
    const second = await central.run(onlyGit);
    expect(second, second.output).toMatchObject({ code: 0, output: expect.stringContaining('app: 3 of vcs_versions') });
    expect(await central.ask('select count(*)::int as count from gros.vcs_versions')).toEqual([{ count: 15 }]);
    expect(
      await central.ask("select contents from gros.update_tracker where filename = 'latest_vcs_versions.json'"),
    ).toEqual([{ contents: central.read(tracker) }]);
  });
});

onPostgresql('gatherer pipeline into a database', (create) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await create();
  });
  afterEach(() => database.remove());

  it('prefers dropins, imports them once, and gathers nothing in their place', async () => {
    const central = new Installation(database);
    for (const file of readdirSync('test/exports/jira/amsterdam')) {
      if (/sources|environments/.test(file)) continue;
      central.write(`dropins/TEST/${file}`, readFileSync(join('test/exports/jira/amsterdam', file), 'utf8'));
    }
    central.write('dropins/TEST/data_issuetype.json', [{ id: '1', name: 'Bug', description: 'Wrong' }]);
    central.write('dropins/TEST/data_resolution.json', [{ id: '1', name: 'Done', description: '' }]);
    central.write('dropins/TEST/jira-updated.txt', '2024-01-01 00:00');
    const variables = { listOfProjects: 'TEST', importerTasks: 'jira,update' };
    const first = await central.run(variables);
    expect(first, first.output).toMatchObject({ code: 0 });
    const issues = await central.ask('select count(*)::int as count from gros.issue');
    expect(issues).not.toEqual([{ count: 0 }]);
    const second = await central.run(variables);
    expect(second, second.output).toMatchObject({ code: 0 });
    expect(second.output).toContain('data.json of the dropins was imported before');
    expect(central.read('export/TEST/data.json')).toBe('[]');
    expect(await central.ask('select count(*)::int as count from gros.issue')).toEqual(issues);
  });

  it('leaves a project that fails as it was, and goes on with the next', async () => {
    const central = new Installation(database, ['TEST', 'MORE']);
    central.repository.grow(4);
    expect(await central.run(onlyGit)).toMatchObject({ code: 0 });
    const before = central.read(tracker);
    central.write('export/TEST/data_sources.json', [
      { type: 'git', name: 'app', url: `file://${central.folder}/none` },
    ]);
    const failed = await central.run({ ...onlyGit, listOfProjects: 'TEST MORE' });
    expect(failed, failed.output).toMatchObject({
      code: 1,
      output: expect.stringContaining('TEST: failed: git-to-json'),
    });
    expect(failed.output).toContain('the update trackers are as they were before');
    expect(central.read(tracker)).toBe(before);
    expect(central.has('export/TEST/.trackers')).toBe(false);
    const rows = await central.ask(
      'select name, count(*)::int as count from gros.vcs_versions join gros.project using (project_id) group by 1 order by 1',
    );
    expect(rows).toEqual([
      { name: 'MORE', count: 4 },
      { name: 'TEST', count: 4 },
    ]);
  });

  it('gathers again what could not be imported', async () => {
    const central = new Installation(database);
    central.repository.grow(4);
    central.write('dropins/TEST/data_ldap.json', [{ name: 'no display name' }]);
    const variables = { ...onlyGit, gathererScripts: 'git_to_json.py ldap_to_json.py' };
    const failed = await central.run(variables);
    expect(failed, failed.output).toMatchObject({ code: 1, output: expect.stringContaining('data_ldap.json: row 1') });
    expect(central.has(tracker)).toBe(false);
    expect(await central.ask('select count(*)::int as count from gros.vcs_versions')).toEqual([{ count: 0 }]);
    central.write('dropins/TEST/data_ldap.json', [{ name: 'a', display_name: 'A', email: 'a@example.org' }]);
    const second = await central.run(variables);
    expect(second, second.output).toMatchObject({ code: 0, output: expect.stringContaining('app: 4 of vcs_versions') });
    expect(readdirSync(join(database.dataFolder, 'imports'))).toEqual([]);
  });

  it('only imports what is there where skipGather says so', async () => {
    const central = new Installation(database);
    central.write('elsewhere/out/TEST/data_seats.json', [{ month: '2024-02', seats: '2.5' }]);
    central.write('elsewhere/out/TEST/seats_files.json', ['seats.xls']);
    const result = await central.run({
      ...{ listOfProjects: 'TEST', skipGather: 'true', IMPORTER_BASE: 'elsewhere', relPath: 'out' },
      ...{ restoreFiles: 'seats_files.json', importerTasks: 'seats,update' },
    });
    expect(result, result.output).toMatchObject({ code: 0 });
    expect(await central.ask('select month from gros.seats')).toEqual([{ month: '2024-02' }]);
    expect(await central.ask('select filename from gros.update_tracker')).toEqual([{ filename: 'seats_files.json' }]);
  });
});

/** Stands in for Java, which tests do not need to have: it writes its words down, and waits or fails where a file says so. */
const java = `#!/bin/sh
printf '%s\\n' "$*" >> "$GATHERER_HOME/java.txt"
case "$*" in *--files*) echo 'data_project.json data_vcs_versions.json data_tag.json'; exit;; esac
while test -e "$GATHERER_HOME/java-waits"; do sleep 0.1; done
test ! -e "$GATHERER_HOME/java-fails" || { echo hunter2 >&2; exit 3; }
`;

function withJava(projects?: readonly string[]): {
  central: Installation;
  variables: Readonly<Record<string, string>>;
} {
  const central = new Installation({ dataFolder: temporaryFolder() }, projects);
  central.write('importer/importerjson.jar', '');
  central.repository.grow(3);
  const variables = {
    ...{ IMPORTER_BASE: 'importer', relPath: '../export', importerTasks: 'vcs,update' },
    PATH: central.writeProgram('java', java),
    importerProperties: '-Dimporter.password=hunter2 -Dimporter.url=jdbc:monetdb://db/gros',
  };
  return { central, variables };
}

describe('gatherer pipeline with the original importer', () => {
  it('runs the steps whose files it imports, and hands over the update trackers', async () => {
    const { central, variables } = withJava();
    const result = await central.run(variables, ['TEST']);
    expect(result, result.output).toMatchObject({ code: 0, output: expect.stringContaining('app: 3 of vcs_versions') });
    const jar = join(central.folder, 'importer/importerjson.jar');
    const properties = '-Dimporter.relPath=../export -Dimporter.password=hunter2 -Dimporter.url=jdbc:monetdb://db/gros';
    const [asked, imported] = central.read('java.txt').split('\n');
    expect(asked).toBe(`-Dimporter.log=INFO -Dimporter.update= ${properties} -jar ${jar} --files vcs,update`);
    expect(imported).toBe(
      `-Dimporter.log=INFO -Dimporter.update=project_meta_update.json latest_vcs_versions.json github_update.json gitlab_update.json tfs_update.json ${properties} -jar ${jar} TEST vcs,update`,
    );
    expect(result.output).not.toContain('hunter2');
    expect(existsSync(join(central.database.dataFolder, 'database'))).toBe(false);
  });

  it('puts the update trackers back where the importer fails', async () => {
    const { central, variables } = withJava();
    expect(await central.run(variables, ['TEST'])).toMatchObject({ code: 0 });
    const before = central.read(tracker);
    central.repository.grow(2);
    central.write('java-fails', '');
    const failed = await central.run(variables, ['TEST']);
    expect(failed, failed.output).toMatchObject({ code: 1 });
    expect(failed.output).toMatch(/The import of TEST failed: .* exit status 3/);
    expect(failed.output).not.toContain('hunter2');
    expect(central.read(tracker)).toBe(before);
  });
});

describe('gatherer pipeline beside others', () => {
  it('leaves a project alone that another one is at work for, and says so', async () => {
    const central = new Installation({ dataFolder: temporaryFolder() }, ['TEST', 'MORE']);
    central.repository.grow(3);
    const gather = { ...onlyGit, importerTasks: 'skip' };
    const waiting = `#!/bin/sh
while test ! -e "$GATHERER_HOME/go"; do sleep 0.1; done
PATH='${process.env['PATH']}' exec git "$@"
`;
    const first = central.start({ ...gather, PATH: central.writeProgram('git', waiting) });
    await until(() => first.output().includes('TEST: git-to-json'), first.output);
    const second = await central.run({ ...gather, listOfProjects: 'TEST MORE' });
    const lock = join(central.folder, 'export/TEST/.pipeline.lock');
    expect(second, second.output).toMatchObject({ code: 1 });
    expect(second.output).toContain(`${lock}: the project TEST is in use by process ${first.child.pid} on `);
    expect(second.output).toContain('wait until its pipeline has ended, or stop it');
    expect(second.output).toContain('app: 3 of vcs_versions');
    expect([central.has('export/MORE/data_vcs_versions.json'), central.has(tracker)]).toEqual([true, false]);
    central.write('go', '');
    const ended = await first.ended;
    expect(ended, ended.output).toMatchObject({ code: 0, output: expect.stringContaining('app: 3 of vcs_versions') });
    expect(existsSync(lock)).toBe(false);
    expect(await central.run(gather)).toMatchObject({ code: 0 });
  });

  it('takes over from one that was killed', async () => {
    const central = new Installation({ dataFolder: temporaryFolder() });
    central.repository.grow(3);
    const gather = { ...onlyGit, importerTasks: 'skip' };
    const first = central.start({ ...gather, PATH: central.writeProgram('git', '#!/bin/sh\nexec sleep 60\n') });
    await until(() => first.output().includes('TEST: git-to-json'), first.output);
    first.child.kill('SIGKILL');
    await first.ended;
    expect(central.has('export/TEST/.pipeline.lock')).toBe(true);
    expect(await central.run(gather)).toMatchObject({ code: 0 });
  });

  it('keeps the embedded database to itself', async () => {
    const central = new Installation({ dataFolder: temporaryFolder() });
    central.repository.grow(3);
    const first = central.start({ ...onlyGit, PATH: central.writeProgram('git', '#!/bin/sh\nexec sleep 60\n') });
    await until(() => first.output().includes('TEST: git-to-json'), first.output);
    const second = await central.run(onlyGit);
    const lock = join(central.database.dataFolder, 'database.lock');
    expect(second, second.output).toMatchObject({ code: 1 });
    expect(second.output).toContain(`${lock}: the database is in use by process ${first.child.pid} on `);
    first.child.kill('SIGKILL');
    await first.ended;
  });

  it('has retrieve-importer wait for the importer that is at work', async () => {
    const { central, variables } = withJava();
    central.write('importer/lib/old.jar', '');
    central.write('build/dist/importerjson.jar', 'new');
    central.write('build/dist/lib/new.jar', '');
    central.write('java-waits', '');
    const pipeline = central.start(variables, ['TEST']);
    const libraries = () => readdirSync(join(central.folder, 'importer/lib'));
    await until(() => pipeline.output().includes('TEST: import'), pipeline.output);
    const words = ['retrieve-importer', '--path', 'build', '--base', 'importer', '--no-files'];
    const retrieving = startGatherer(words, { folder: central.folder });
    const lock = join(central.folder, 'importer/.importer.lock');
    const reason = `${lock}: the importer is in use by process ${pipeline.child.pid} on `;
    await until(() => retrieving.output().includes(reason), retrieving.output);
    expect(libraries()).toEqual(['old.jar']);
    rmSync(join(central.folder, 'java-waits'));
    for (const { ended } of [pipeline, retrieving]) expect(await ended).toMatchObject({ code: 0 });
    expect([libraries(), central.read('importer/importerjson.jar')]).toEqual([['new.jar'], 'new']);
    expect(existsSync(lock)).toBe(false);
  });

  it('retrieves the importer as another one does, and both import', async () => {
    const { central, variables } = withJava(['TEST', 'MORE']);
    central.write('build/dist/importerjson.jar', 'new');
    central.write('build/dist/lib/new.jar', '');
    const both = { ...variables, importerBuild: '--path build --no-files' };
    const results = await Promise.all([central.run(both, ['TEST']), central.run(both, ['MORE'])]);
    for (const result of results) expect(result, result.output).toMatchObject({ code: 0 });
    const imported = central.read('java.txt').split('\n');
    expect(imported.filter((words) => / (TEST|MORE) vcs,update$/.test(words))).toHaveLength(2);
    expect(central.read('importer/importerjson.jar')).toBe('new');
  });
});

describe('gatherer pipeline without an import', () => {
  it('gathers, and the next run goes on from there', async () => {
    const central = new Installation({ dataFolder: temporaryFolder() });
    central.repository.grow(3);
    const variables = { ...onlyGit, importerTasks: 'skip', cleanupRepos: 'true' };
    expect(await central.run(variables)).toMatchObject({ code: 0 });
    expect(central.has('project-git-repos/TEST')).toBe(false);
    central.repository.grow(1);
    const second = await central.run(variables);
    expect(second, second.output).toMatchObject({ code: 0, output: expect.stringContaining('app: 1 of vcs_versions') });
  });

  it('puts the trackers back of a run that was killed', async () => {
    const central = new Installation({ dataFolder: temporaryFolder() });
    central.repository.grow(3);
    const variables = { ...onlyGit, importerTasks: 'skip' };
    expect(await central.run(variables)).toMatchObject({ code: 0 });
    mkdirSync(join(central.folder, 'export/TEST/.trackers'));
    const second = await central.run(variables);
    expect(second, second.output).toMatchObject({ code: 0, output: expect.stringContaining('app: 3 of vcs_versions') });
  });

  it('removes what steps that it leaves out gathered before, but the sources', async () => {
    const central = new Installation({ dataFolder: temporaryFolder() });
    central.repository.grow(1);
    central.write('export/TEST/data_ldap.json', []);
    expect(await central.run({ ...onlyGit, importerTasks: 'skip' })).toMatchObject({ code: 0 });
    expect([central.has('export/TEST/data_ldap.json'), central.has('export/TEST/data_sources.json')]).toEqual([
      false,
      true,
    ]);
  });

  it.each([
    ['no project', {}, /listOfProjects.*is not set/],
    ['what is no key', { listOfProjects: '../etc' }, /"..\/etc" is not the key of a project/],
    ['no importer of that name', { ...onlyGit, PIPELINE_IMPORTER: 'perl' }, /expected gatherer or java, not "perl"/],
    ['another folder to gather into', { ...onlyGit, relPath: 'out' }, /not the folder that is gathered into/],
    ['a tracker with a folder', { ...onlyGit, restoreFiles: '../x' }, /restoreFiles/],
    ['options for trackers', { ...onlyGit, trackerParameters: '--user x' }, /trackerParameters/],
  ])('ends with 2 for %s', async (_what, variables, message) => {
    const central = new Installation({ dataFolder: temporaryFolder() });
    const { code, output } = await central.run(variables);
    expect({ code, output }).toEqual({ code: 2, output: expect.stringMatching(message) });
  });

  it('says what it is for', async () => {
    const central = new Installation({ dataFolder: temporaryFolder() });
    const { code, output } = await central.run({}, ['--help']);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('listOfProjects="SHOP WEB"') });
  });
});
