/** The directory cannot be reached, refuses, or lacks what is asked for. Without names of members: it is logged. */
export class LdapError extends Error {
  override readonly name = 'LdapError';
}
