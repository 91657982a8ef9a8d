import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { AdminClient } from '../../../src/controller/admin-client.js';
import { Folders } from '../../../src/controller/folders.js';
import type { ImportSummary } from '../../../src/controller/operator.js';
import { placeEmptyDatabase } from '../../servers/empty-database.js';
import { type Ended, type Place, type Started, startGatherer } from './gatherer.js';

export interface ControllerSetup extends Place {
  /** Keys of the projects that it knows. */
  readonly projects: readonly string[];
  /** Whether it makes its database itself, as it does where it has none, and not begins with an empty one. */
  readonly firstStart?: boolean;
  /** Further options of `gatherer controller`. */
  readonly words?: readonly string[];
}

const runningSchema = z.object({ port: z.int(), sshPort: z.int(), certificate: z.string() });

/** Starting takes a second or two; a machine under load gets this long. */
const startLimit = 180_000;

/** A `gatherer controller` on loopback, that can be stopped or killed and started again on its ports and its data. */
export class ControllerProcess {
  port = 0;
  sshPort = 0;
  certificateFile = '';
  private started: Started;

  private constructor(private readonly setup: ControllerSetup) {
    this.started = this.spawn();
  }

  /** Writes its settings and starts it on free ports. */
  static async start(setup: ControllerSetup): Promise<ControllerProcess> {
    await mkdir(setup.folder, { recursive: true });
    const lines = (value: string) => setup.projects.map((key) => `${key} = ${value}\n`).join('');
    const settings = `[projects]\n${lines('Test')}[network]\n${lines('127.0.0.1')}[schedule]\ndays = 0\ndrift = 0\n`;
    await writeFile(join(setup.folder, 'settings.cfg'), settings, { mode: 0o600 });
    if (setup.firstStart !== true && setup.root === undefined && !existsSync(join(setup.folder, 'data', 'database'))) {
      await placeEmptyDatabase(join(setup.folder, 'data'));
    }
    const controller = new ControllerProcess(setup);
    await controller.ready();
    return controller;
  }

  get dataFolder(): string {
    return join(this.setup.root ?? '', this.setup.folder, 'data');
  }

  /** What the current process wrote. */
  output(): string {
    return this.started.output();
  }

  /** Ends it as an operator does. */
  stop(): Promise<Ended> {
    this.started.child.kill('SIGTERM');
    return this.started.ended;
  }

  kill(): Promise<Ended> {
    this.started.child.kill('SIGKILL');
    return this.started.ended;
  }

  /** Starts it again after it was stopped or killed; resolves when it serves. */
  async restart(): Promise<void> {
    this.started = this.spawn();
    await this.ready();
  }

  imports(project?: string): Promise<readonly ImportSummary[]> {
    return new AdminClient(new Folders(this.dataFolder).adminSocket).imports(project);
  }

  /** Waits until no import waits or runs any more; all imports that it then knows. */
  async settledImports(project?: string): Promise<readonly ImportSummary[]> {
    for (;;) {
      const imports = await this.imports(project);
      if (imports.every(({ state }) => state === 'done' || state === 'failed')) return imports;
      await sleep(50);
    }
  }

  private spawn(): Started {
    const ports = ['--port', String(this.port), '--ssh-port', String(this.sshPort)];
    const words = ['controller', '--listen', '127.0.0.1', '--names', 'localhost,127.0.0.1', ...ports];
    return startGatherer([...words, ...(this.setup.words ?? [])], this.setup);
  }

  private async ready(): Promise<void> {
    const { child, output } = this.started;
    for (let waited = 0; waited < startLimit; waited += 25) {
      const line = output()
        .split('\n')
        .find((text) => text.includes('"The controller runs"'));
      if (line !== undefined) {
        const { port, sshPort, certificate } = runningSchema.parse(JSON.parse(line));
        Object.assign(this, { port, sshPort, certificateFile: join(this.setup.root ?? '', certificate) });
        return;
      }
      if (child.exitCode !== null || child.signalCode !== null) break;
      await sleep(25);
    }
    throw new Error(`The controller did not start:\n${output()}`);
  }
}
