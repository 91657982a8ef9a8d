import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pino from 'pino';
import { z } from 'zod';
import { loadCredentials } from '../src/config/credentials.js';
import type { Environment } from '../src/config/environment.js';
import { loadSettings } from '../src/config/settings.js';
import { Redactor } from '../src/log/redactor.js';
import { gatherStep, type StepOutcome } from '../src/sources/gather-step.js';
import { createProgressDisplay } from '../src/sources/progress-display.js';
import type { StepSource } from '../src/sources/step-source.js';
import { temporaryFolder } from './temporary-folder.js';

/** Folder and configuration of an agent that gathers steps for the project TEST. */
export class StepWorld {
  readonly home = temporaryFolder();
  readonly exported = path.join(this.home, 'export', 'TEST');
  logged = '';

  constructor(
    settings = '[projects]\nTEST = Test\n',
    readonly environment: Environment = {},
  ) {
    mkdirSync(this.exported, { recursive: true });
    this.configure('settings.cfg', settings);
    this.configure('credentials.cfg', '');
  }

  configure(file: 'settings.cfg' | 'credentials.cfg' | 'secrets.json', text: string): void {
    writeFileSync(path.join(this.home, file), text);
  }

  write(file: string, value: unknown): void {
    writeFileSync(path.join(this.exported, file), JSON.stringify(value));
  }

  has(file: string): boolean {
    return existsSync(path.join(this.exported, file));
  }

  /** An exported file, as JSON. */
  read(file: string): unknown {
    return JSON.parse(readFileSync(path.join(this.exported, file), 'utf8'));
  }

  rows(file: string): readonly Readonly<Record<string, unknown>>[] {
    return z.array(z.record(z.string(), z.unknown())).parse(this.read(file));
  }

  async run(
    source: StepSource,
    options: { readonly project?: string; readonly requests?: number; readonly signal?: AbortSignal } = {},
  ): Promise<StepOutcome> {
    const environment = {
      TZ: 'UTC',
      GATHERER_SETTINGS_FILE: path.join(this.home, 'settings.cfg'),
      GATHERER_CREDENTIALS_FILE: path.join(this.home, 'credentials.cfg'),
      GATHERER_SECRETS_FILE: path.join(this.home, 'secrets.json'),
      ...this.environment,
    };
    const redactor = new Redactor();
    const write = (line: string): void => {
      this.logged += line;
    };
    const log = pino({ level: 'debug', base: null }, { write });
    const { signal = new AbortController().signal, project = 'TEST', requests } = options;
    return gatherStep(
      {
        ...{ home: this.home, version: '1', environment, log, redactor, signal },
        settings: loadSettings(environment, redactor),
        credentials: loadCredentials(environment, redactor),
      },
      source,
      {
        ...{ project, progress: createProgressDisplay(log, undefined) },
        ...(requests === undefined ? {} : { requests }),
      },
    );
  }
}
