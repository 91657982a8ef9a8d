import { PipeReader } from './pipe-reader.js';
import type { ProcessGroup } from './process-group.js';

/** Major and minor number of the installed git; 0.0 where it does not say. */
export type GitVersion = readonly [major: number, minor: number];

/** By the PATH that git is found on: it is asked once, not for each repository. */
const known = new Map<string, Promise<GitVersion>>();

export function gitVersion(processes: ProcessGroup): Promise<GitVersion> {
  const found = known.get(processes.searchPath);
  if (found !== undefined) return found;
  const asked = askVersion(processes);
  known.set(processes.searchPath, asked);
  asked.catch(() => known.delete(processes.searchPath));
  return asked;
}

async function askVersion(processes: ProcessGroup): Promise<GitVersion> {
  const git = processes.start('version');
  git.stdin.end();
  const reader = new PipeReader(git);
  while (await reader.more()) {
    // Its one line is read whole.
  }
  const [, major, minor] = /version (\d+)\.(\d+)/.exec(reader.text) ?? [];
  return [Number(major ?? 0), Number(minor ?? 0)];
}

export function isAtLeast([major, minor]: GitVersion, [neededMajor, neededMinor]: GitVersion): boolean {
  return major > neededMajor || (major === neededMajor && minor >= neededMinor);
}
