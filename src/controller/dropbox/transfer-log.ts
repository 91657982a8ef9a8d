import type { Logger } from '../../log/logger.js';

/** Says in the log what an agent sent and fetched. */
export class TransferLog {
  constructor(
    private readonly log: Logger,
    private readonly agent: string,
    private readonly address: string,
  ) {}

  received(path: string, bytes: number): void {
    this.log.info({ ...this.#who(), path, bytes }, 'file received from agent');
  }

  sent(path: string, bytes: number): void {
    this.log.info({ ...this.#who(), path, bytes }, 'file sent to agent');
  }

  /** An upload that was not finished, of which nothing is kept. */
  dropped(path: string, bytes: number): void {
    this.log.warn({ ...this.#who(), path, bytes }, 'upload not finished and dropped');
  }

  refused(command: string, reason: string): void {
    this.log.warn({ ...this.#who(), command: command.slice(0, 200), reason }, 'command of agent refused');
  }

  failed(action: string, reason: string): void {
    this.log.error({ ...this.#who(), action, reason }, 'request of agent failed');
  }

  #who() {
    return { agent: this.agent, address: this.address };
  }
}
