export interface AdmissionLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** Failed logins from one address within the window, after which it has to wait until the window is over. */
  readonly failures: number;
  /** Milliseconds. */
  readonly failureWindow: number;
}

interface Failures {
  count: number;
  readonly since: number;
}

/** Addresses that are remembered at most; beyond that the oldest is forgotten. */
const mostAddresses = 10_000;

/** Decides which connections are let in, by how many there are and by how often an address failed to log in. */
export class Admission {
  #total = 0;
  readonly #perAddress = new Map<string, number>();
  readonly #failures = new Map<string, Failures>();

  constructor(
    private readonly limits: AdmissionLimits,
    /** Milliseconds from any point. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @returns why the connection is refused, or undefined: then it counts until `leave` */
  enter(address: string): string | undefined {
    const here = this.#perAddress.get(address) ?? 0;
    if (this.#total >= this.limits.connections) {
      return 'too many connections';
    }
    if (here >= this.limits.connectionsPerAddress) {
      return 'too many connections from this address';
    }
    if (this.#isBlocked(address)) {
      return 'too many failed logins from this address';
    }
    this.#total += 1;
    this.#perAddress.set(address, here + 1);
    return undefined;
  }

  leave(address: string): void {
    this.#total -= 1;
    const here = (this.#perAddress.get(address) ?? 1) - 1;
    if (here === 0) {
      this.#perAddress.delete(address);
    } else {
      this.#perAddress.set(address, here);
    }
  }

  failed(address: string): void {
    const known = this.#current(address);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    const [oldest] = this.#failures.keys();
    if (this.#failures.size >= mostAddresses && oldest !== undefined) {
      this.#failures.delete(oldest);
    }
    this.#failures.set(address, { count: 1, since: this.now() });
  }

  #isBlocked(address: string): boolean {
    return (this.#current(address)?.count ?? 0) >= this.limits.failures;
  }

  #current(address: string): Failures | undefined {
    const known = this.#failures.get(address);
    if (known !== undefined && this.now() - known.since >= this.limits.failureWindow) {
      this.#failures.delete(address);
      return undefined;
    }
    return known;
  }
}
