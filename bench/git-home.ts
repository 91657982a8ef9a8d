import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cloneFolder } from '../src/sources/git/clone.js';

export const benchProject = 'BENCH';

/** A new GATHERER_HOME with one repository, cloned already, and with salts, so that pseudonyms are made. */
export function makeGitHome(gitFolder: string): string {
  const home = mkdtempSync(join(tmpdir(), 'gatherer-bench-'));
  const url = pathToFileURL(gitFolder).href;
  const clone = cloneFolder(join(home, 'project-git-repos'), benchProject, url);
  execFileSync('git', ['clone', '--quiet', '--bare', '--local', gitFolder, clone]);
  mkdirSync(join(home, 'export', benchProject), { recursive: true });
  writeFileSync(
    join(home, 'export', benchProject, 'data_sources.json'),
    JSON.stringify([{ type: 'git', name: 'repository', url }]),
  );
  const salts = { salt: '$2b$12$abcdefghijklmnopqrstuu', pepper: '$2b$12$zyxwvutsrqponmlkjihgfe' };
  writeFileSync(join(home, 'secrets.json'), JSON.stringify({ salts, usernames: [] }), { mode: 0o600 });
  return home;
}
