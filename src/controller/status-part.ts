/** One part of the answer of status.py. */
export interface StatusPart {
  readonly ok: boolean;
  readonly message?: string;
  /** Environment for the agent; in the part `configuration` alone. */
  readonly contents?: string;
}
