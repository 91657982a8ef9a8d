import { runDaemon } from '../../src/agent/daemon.js';
import { chooseMode } from '../../src/agent/mode.js';
import { runOnce } from '../../src/agent/once.js';
import { reportTable } from '../../src/agent/report.js';
import { shareVersion } from '../../src/agent/version-file.js';
import { webAddress } from '../../src/agent/web-address.js';
import { writeConfiguration } from '../../src/config/write-templates.js';
import { defineCommand } from '../command.js';
import { showProgress } from '../progress.js';

export const command = defineCommand(
  (yargs) =>
    yargs
      .option('listen', {
        describe: 'Address of the web API (AGENT_LISTEN); default 127.0.0.1',
        type: 'string',
        requiresArg: true,
      })
      .option('port', { describe: 'Port of the web API (AGENT_PORT); default 7070', type: 'string', requiresArg: true })
      .option('domain', {
        describe: 'Host header, with port, that requests to the web API must have (AGENT_HOST)',
        type: 'string',
        requiresArg: true,
      })
      .option('debug', { describe: 'Show versions and tracebacks on the web API', type: 'boolean', default: false }),
  async (runtime, { listen, port, domain, debug }) => {
    const mode = chooseMode(runtime.environment);
    for (const file of await writeConfiguration(runtime.environment)) {
      runtime.log.info(`Wrote ${file} from its template and the environment`);
    }
    await shareVersion(runtime);
    if (mode.kind === 'daemon') {
      const host = domain ?? (runtime.environment['AGENT_HOST'] || undefined);
      const address = webAddress(runtime.environment, { listen, port });
      return runDaemon(runtime, mode, { ...address, domain: host, debug });
    }
    const { code, reports } = await runOnce(runtime, { progress: showProgress });
    if (process.stdout.isTTY) {
      console.log(reportTable(reports));
    }
    return code;
  },
);
