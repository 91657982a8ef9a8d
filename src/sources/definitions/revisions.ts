/** What a step is asked to gather. */
export interface RevisionOptions {
  /** To ask in place of what the settings have. */
  readonly url?: string;
  /** To start from, in place of where the tracker is. */
  readonly fromRevision?: string;
  /** To stop at, in place of now. */
  readonly toRevision?: string;
}
