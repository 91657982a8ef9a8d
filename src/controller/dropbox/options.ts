import type { Logger } from '../../log/logger.js';
import type { AdmissionLimits } from './admission.js';
import type { FindPublicKey } from './login.js';
import type { QuotaLimits } from './quota.js';

/** Project keys that an agent may upload to and fetch from. */
export type ProjectsOf = (agentKey: string) => Promise<Iterable<string>> | Iterable<string>;

export interface ConnectionLimits extends AdmissionLimits {
  readonly connectionsPerAgent: number;
  /** Commands and SFTP sessions at once in one connection. */
  readonly channels: number;
  /** Keys that a client may try in one connection. */
  readonly attempts: number;
  /** Milliseconds until a client must have logged in. */
  readonly handshake: number;
  /** Milliseconds without a transfer after which a connection is closed. */
  readonly idle: number;
  /** Milliseconds that transfers under way get when the server is stopped. */
  readonly grace: number;
}

export interface DropboxOptions {
  /** Folder of the controller: `agents/<KEY>/` are the homes of agents, `ssh/` keeps the host keys. */
  readonly dataFolder: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Address to listen on, default all. */
  readonly host?: string;
  readonly findPublicKey: FindPublicKey;
  readonly projectsOf: ProjectsOf;
  readonly quota?: Partial<QuotaLimits>;
  /** Folders with what was taken from the agent and is not imported: it counts for the quota as well. */
  readonly takenFrom?: (agentKey: string) => Promise<readonly string[]>;
  readonly limits?: Partial<ConnectionLimits>;
  /** Also offers SHA-1 and CBC, for agents with an SSH client from before 2017; default false. */
  readonly legacyAlgorithms?: boolean;
  readonly log: Logger;
  /** Stops the server when aborted. */
  readonly signal?: AbortSignal;
}

const gibibyte = 1024 ** 3;

export const defaultQuota: QuotaLimits = { bytes: 16 * gibibyte, files: 50_000, fileBytes: 8 * gibibyte };

export const defaultLimits: ConnectionLimits = {
  connections: 128,
  connectionsPerAddress: 32,
  connectionsPerAgent: 8,
  channels: 4,
  attempts: 6,
  failures: 20,
  failureWindow: 5 * 60_000,
  handshake: 30_000,
  idle: 10 * 60_000,
  grace: 5000,
};
