/** What the command line of the step says in place of the settings. */
export interface JiraOptions {
  readonly server?: string;
  readonly username?: string;
  readonly password?: string;
  /** Further conditions on the issues, in JQL. */
  readonly query?: string;
  /** `YYYY-MM-DD HH:MM` in the time zone of the agent, in place of the tracker. */
  readonly updatedSince?: string;
}
