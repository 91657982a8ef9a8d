import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createRuntime } from '../../src/config/runtime.js';
import { type RunningController, startController } from '../../src/controller/index.js';
import { localTime } from '../../src/tables/local-time.js';
import { temporaryFolder } from '../temporary-folder.js';

/** Starts a controller on free ports of loopback, which knows the project TEST. */
export async function startTestController(dataFolder: string): Promise<RunningController> {
  const folder = temporaryFolder();
  const settings = path.join(folder, 'settings.cfg');
  writeFileSync(settings, '[projects]\nTEST = Test\n[network]\nTEST = 127.0.0.1\n[schedule]\ndays = 1\ndrift = 0\n');
  const runtime = createRuntime({
    commandLine: {},
    process: { GATHERER_HOME: folder, GATHERER_SETTINGS_FILE: settings },
    workingFolder: folder,
    logLevel: 'CRITICAL',
    terminal: false,
    signal: new AbortController().signal,
  });
  return startController(
    {
      dataFolder,
      listen: '127.0.0.1',
      port: 0,
      sshPort: 0,
      names: ['localhost', '127.0.0.1'],
      policy: 'safe',
      proxies: [],
    },
    {
      readSettings: () => runtime.settings,
      release: { version: '1.0.0', branch: 'main' },
      localTime: localTime(runtime.environment),
      log: runtime.log,
    },
  );
}
