import type { Location } from '../location.js';
import type { User } from './schema.js';

/** Accounts of programs: those that GitHub knows as such, and those that the option `github_bots` names. */
export class Bots {
  private readonly names: ReadonlySet<string>;

  constructor(location: Pick<Location, 'option'>) {
    const names = (location.option('github_bots') ?? '').split(',').map((name) => name.trim());
    this.names = new Set(names.filter((name) => name !== ''));
  }

  /** An account that is gone is none. */
  has(user: User): boolean {
    return user != null && (user.type === 'Bot' || this.names.has(user.login));
  }
}
