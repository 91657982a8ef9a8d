import { describe, expect, it } from 'vitest';
import { checkNames, exchangedData, exchangedTrackers, listFiles } from '../../../src/agent/step-files.js';
import { findDocument, findTable } from '../../../src/tables/index.js';

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
