import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { placeDropins } from '../../../src/pipeline/dropins.js';
import { TrackerBackup } from '../../../src/pipeline/tracker-backup.js';
import { temporaryFolder } from '../../temporary-folder.js';

let home = '';
const write = (file: string, text: string) => writeFileSync(join(home, file), text);
const read = (file: string) => (existsSync(join(home, file)) ? readFileSync(join(home, file), 'utf8') : undefined);

beforeEach(() => {
  home = temporaryFolder();
  mkdirSync(join(home, 'dropins'));
  mkdirSync(join(home, 'export'));
});

describe('placeDropins', () => {
  const place = (files: { data: readonly string[]; trackers: readonly string[]; always?: boolean }) =>
    placeDropins(
      { dropins: join(home, 'dropins'), folder: join(home, 'export'), log: pino({ level: 'silent' }) },
      { always: false, ...files },
    );
  const seats = { data: ['data_seats.json'], trackers: ['seats_files.json'] };

  it('leaves a step alone that has no files, or no dropins', async () => {
    expect(await place({ data: [], trackers: [] })).toBe(false);
    expect(await place(seats)).toBe(false);
  });

  it('takes data and trackers, and has the step left out', async () => {
    write('dropins/data_seats.json', '[{}]');
    write('dropins/seats_files.json', '["a"]');
    expect(await place(seats)).toBe(true);
    expect([read('export/data_seats.json'), read('export/seats_files.json')]).toEqual(['[{}]', '["a"]']);
  });

  it('has nothing new where the trackers say that the dropins were imported', async () => {
    write('dropins/data_seats.json', '[{}]');
    write('dropins/seats_files.json', '["a"]');
    write('export/seats_files.json', '["a"]');
    expect(await place(seats)).toBe(true);
    expect(read('export/data_seats.json')).toBe('[]');
    expect(await place({ ...seats, always: true })).toBe(true);
    expect(read('export/data_seats.json')).toBe('[{}]');
  });

  it('takes what has no trackers each time, and documents too', async () => {
    write('dropins/data_ldap.json', '[{}]');
    expect(await place({ data: ['data_ldap.json'], trackers: [] })).toBe(true);
    expect(read('export/data_ldap.json')).toBe('[{}]');
    write('dropins/data_project.json', '{"jira_key":"TEST"}');
    write('dropins/project_meta_update.json', '{}');
    write('export/project_meta_update.json', '{}');
    expect(await place({ data: ['data_project.json'], trackers: ['project_meta_update.json'] })).toBe(true);
    expect(read('export/data_project.json')).toBe('{"jira_key":"TEST"}');
  });

  it('has the step run for what the dropins lack, and after an earlier run of it', async () => {
    write('dropins/data_seats.json', '[{}]');
    expect(await place({ ...seats, data: [...seats.data, 'data_ldap.json'] })).toBe(false);
    write('export/seats_files.json', '["b"]');
    expect(await place(seats)).toBe(false);
    expect(read('export/seats_files.json')).toBe('["b"]');
  });
});

describe('TrackerBackup', () => {
  it('puts back what was there, and removes what was not', async () => {
    const backup = new TrackerBackup(join(home, 'export'), ['a.json', 'b.json', 'c.json']);
    write('export/a.json', '1');
    write('export/b.json', '1');
    await backup.take();
    expect(await backup.isLeft()).toBe(true);
    write('export/a.json', '2');
    write('export/c.json', '2');
    write('export/data.json', '2');
    await backup.restore();
    expect(['a', 'b', 'c', 'data'].map((name) => read(`export/${name}.json`))).toEqual(['1', '1', undefined, '2']);
    expect(await backup.isLeft()).toBe(false);
  });

  it('is of no account where it was killed while it was made', async () => {
    const backup = new TrackerBackup(join(home, 'export'), ['a.json']);
    mkdirSync(join(home, 'export/.trackers.new'));
    write('export/.trackers.new/a.json', '0');
    write('export/a.json', '1');
    expect(await backup.isLeft()).toBe(false);
    await backup.take();
    await backup.restore();
    expect(read('export/a.json')).toBe('1');
  });
});
