import type { Logger as PinoLogger } from 'pino';

/** The logger that is handed down everywhere; created once by the command line. */
export type Logger = PinoLogger;
