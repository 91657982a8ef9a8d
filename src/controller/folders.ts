import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, relative } from 'node:path';

/** Nobody but the controller's own user has business in its data. */
export const PRIVATE_MODE = 0o700;

/** Where things are in the data folder. Keys must have been checked: they are parts of paths. */
export class Folders {
  readonly imports: string;
  /** Named after the host, because hosts may share the folder and a socket is for one of them. */
  readonly adminSocket: string;

  constructor(readonly data: string) {
    this.imports = join(data, 'imports');
    this.adminSocket = join(data, `admin-${hostname().slice(0, 30)}.sock`);
  }

  /** A path in the data folder as the database keeps it, so that the data folder may be moved. */
  relative(path: string): string {
    return relative(this.data, path);
  }

  /** What the agent sees over SSH as its home. */
  home(agent: string): string {
    return join(this.data, 'agents', agent);
  }

  /** Where the agent uploads to. */
  exported(agent: string, project: string): string {
    return join(this.home(agent), 'export', project);
  }

  /** Where the agent finds its update trackers. */
  update(agent: string, project: string): string {
    return join(this.home(agent), 'update', project);
  }

  /** Trackers that an operator gives to the agent of a project beside those of the store. */
  extraTrackers(project: string): string {
    return join(this.data, 'tracker', project);
  }

  /** What the agents of a project reported: `log.json`, `scrape.log`, `data_status.json`. */
  logs(project: string): string {
    return join(this.data, 'logs', project);
  }

  /** What the agent said of itself with its last export. */
  agentStatus(project: string): string {
    return join(this.data, 'logs', `agent-${project}.json`);
  }
}

export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: PRIVATE_MODE });
}

/** True for an error of the file system that says that there is no such file or folder. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
