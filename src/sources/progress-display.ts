import type { Logger } from '../log/logger.js';

/** Shows how far the sources are that are gathered side by side. */
export interface ProgressDisplay {
  show(source: string, text: string): void;
  /** The source has ended, one way or another. */
  clear(source: string): void;
  /** All have ended. */
  end(): void;
}

/** The part of a terminal that progress needs. */
export interface Terminal {
  readonly columns?: number;
  write(text: string): unknown;
}

const terminalPause = 100;
const logPause = 10_000;

/** One line that is written over and over on a terminal; elsewhere a line of the log per source every ten seconds. */
export function createProgressDisplay(log: Logger, terminal: Terminal | undefined): ProgressDisplay {
  return terminal === undefined ? new LoggedProgress(log) : new TerminalProgress(terminal);
}

class LoggedProgress implements ProgressDisplay {
  private readonly shown = new Map<string, number>();

  constructor(private readonly log: Logger) {}

  show(source: string, text: string): void {
    const now = performance.now();
    const last = this.shown.get(source);
    if (last === undefined) this.shown.set(source, now);
    if (last === undefined || now - last < logPause) return;
    this.shown.set(source, now);
    this.log.info(`${source}: ${text}`);
  }

  clear(source: string): void {
    this.shown.delete(source);
  }

  end(): void {
    this.shown.clear();
  }
}

class TerminalProgress implements ProgressDisplay {
  private readonly texts = new Map<string, string>();
  private last = 0;

  constructor(private readonly terminal: Terminal) {}

  show(source: string, text: string): void {
    this.texts.set(source, text);
    const now = performance.now();
    if (now - this.last < terminalPause) return;
    this.last = now;
    this.draw();
  }

  clear(source: string): void {
    this.texts.delete(source);
    this.draw();
  }

  end(): void {
    this.texts.clear();
    this.draw();
  }

  /** The cursor goes back to the start of the line, so that a line of the log writes over it. A pty may have no width. */
  private draw(): void {
    const line = [...this.texts].map(([source, text]) => `${source}: ${text}`).join(' | ');
    const width = (this.terminal.columns || 80) - 1;
    this.terminal.write(`\r\u001b[K${line.replace(/\p{Cc}/gu, ' ').slice(0, width)}\r`);
  }
}
