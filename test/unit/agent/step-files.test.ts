import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkNames, exchangedData, exchangedTrackers, listFiles } from '../../../src/agent/step-files.js';
import { findDocument, findTable } from '../../../src/tables/index.js';
import { temporaryFolder } from '../../temporary-folder.js';

/** Text files that hold no JSON have no schema. */
const isText = (file: string) => file === 'preflight_env' || file.endsWith('.txt');

describe('files of steps', () => {
  it('knows steps by their names and by those of the original scripts', () => {
    const files = ['latest_vcs_versions.json', 'github_update.json', 'gitlab_update.json', 'tfs_update.json'];
    expect(listFiles('update', ['git-to-json'])).toEqual(files);
    expect(listFiles('update', ['git_to_json.py'])).toEqual(files);
    expect(listFiles('update', ['preflight', 'jira_to_json.py'])).toEqual(['preflight_date.txt', 'jira-updated.txt']);
    expect(listFiles('export', ['unknown', 'environment_sources.py'])).toEqual([]);
  });

  describe('of Jira', () => {
    const standard = listFiles('export', ['jira-to-json']);
    const withMapping = (status: object) => {
      const home = temporaryFolder();
      const mapping = { updated: { type: 'date' }, updated_by: { type: 'developer' }, status };
      writeFileSync(path.join(home, 'jira_fields.json'), JSON.stringify(mapping));
      return home;
    };

    it('are those of the original with the mapping that comes with the program', () => {
      expect(listFiles('export', ['jira-to-json'], temporaryFolder())).toEqual(standard);
    });

    it('are those that a mapping of the home folder names', () => {
      const status = { field: 'status', property: 'id', table: { name: 'str' } };
      const home = withMapping({ ...status, table_options: { filename: 'my_statuses.json' } });
      const known = ['data.json', 'data_relationshiptype.json', 'data_status_category.json'];
      expect(listFiles('export', ['jira_to_json.py'], home)).toEqual([...known, 'my_statuses.json']);
      expect(exchangedData(['jira-to-json'], home)).toEqual([...known, 'my_statuses.json']);
      expect(listFiles('update', ['jira-to-json'], home)).toEqual(['jira-updated.txt']);
    });

    it('are those of the original where the mapping is malformed', () => {
      expect(listFiles('export', ['jira-to-json'], withMapping({ type: 'person' }))).toEqual(standard);
    });
  });

  it('names each exchanged file once, and only files that the catalogue of tables describes', () => {
    const files = [...exchangedData(), ...exchangedTrackers()];
    expect(new Set(files).size).toBe(files.length);
    const unknown = files.filter((file) => !isText(file) && !findTable(file) && !findDocument(file));
    expect(unknown).toEqual([]);
  });

  it.each(['../secrets.json', 'a/b.json', '', '.ssh', '/etc/passwd', '..'])('refuses the name %j', (name) => {
    expect(() => checkNames(['a.json', name], '--export')).toThrow(/--export/);
  });
});
