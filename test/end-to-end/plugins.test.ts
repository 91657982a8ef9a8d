import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../temporary-folder.js';
import { runGatherer } from './support/gatherer.js';

const root = join(import.meta.dirname, '../..');

function deployment(version: string, day: string, by: string) {
  return {
    application: 'webshop',
    version,
    environment: 'test',
    deployed_by: by,
    deployed_at: `2026-01-${day}T10:00:00Z`,
  };
}

describe('plug-ins', () => {
  let folder: string;

  beforeEach(() => {
    folder = temporaryFolder();
    cpSync(join(root, 'examples/source-plugin'), join(folder, 'plugins/deployments'), { recursive: true });
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules/data-gathering'));
    symlinkSync(join(root, 'node_modules/zod'), join(folder, 'node_modules/zod'));
  });

  function addPlugin(name: string, source: string): void {
    mkdirSync(join(folder, 'plugins', name));
    writeFileSync(join(folder, 'plugins', name, 'index.js'), source);
  }

  async function prepareProject(items: () => readonly unknown[]): Promise<void> {
    const server = createServer((_request, response) => response.end(JSON.stringify(items())));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const entry = { type: 'deployments', name: 'releases', url: `http://127.0.0.1:${port}/` };
    mkdirSync(join(folder, 'export/TEST'), { recursive: true });
    writeFileSync(join(folder, 'export/TEST/data_sources.json'), JSON.stringify([entry]));
    writeFileSync(join(folder, 'settings.cfg'), '[projects]\nTEST = Test\n');
  }

  function exported(file: string): unknown {
    return JSON.parse(readFileSync(join(folder, 'export/TEST', file), 'utf8'));
  }

  it('are listed, with their files among those of an export', async () => {
    const { output } = await runGatherer(['sources', '--json'], { folder });
    expect(JSON.parse(output)).toContainEqual({
      types: ['deployments'],
      step: 'gather',
      origin: 'gatherer-source-deployments',
      trackers: ['deployments_update.json'],
      tables: ['deployment'],
    });
    expect((await runGatherer(['list-files', 'export', 'gather'], { folder })).output).toBe('data_deployment.json\n');
    expect((await runGatherer(['list-files', 'update', 'gather'], { folder })).output).toBe(
      'deployments_update.json\n',
    );
  });

  it('appear in the generated documentation', async () => {
    expect((await runGatherer(['docs', join(folder, 'out')], { folder })).code).toBe(0);
    const page = (name: string) => readFileSync(join(folder, 'out/docs', name), 'utf8');
    expect(page('sources.md')).toContain(
      '| `deployments` | `gather` | `data_deployment.json` | `deployments_update.json` | gatherer-source-deployments |',
    );
    expect(page('privacy.md')).toContain('| `data_deployment.json` | `deployed_by` |');
    expect(JSON.parse(page('schema/data_deployment.json'))).toMatchObject({ type: 'array' });
  });

  it('gather what is new since the last time, with pseudonyms, and leave out a bad item', async () => {
    let items: readonly unknown[] = [deployment('1.0', '01', 'alice'), deployment('1.1', '02', 'bob'), { version: 3 }];
    await prepareProject(() => items);
    writeFileSync(join(folder, 'secrets.json'), JSON.stringify({ salts: { salt: 's', pepper: 'p' }, usernames: [] }));
    const first = await runGatherer(['gather', 'TEST'], { folder });
    expect(first).toMatchObject({ code: 0, output: expect.stringContaining('deployment 3 is left out') });
    expect(exported('data_deployment.json')).toMatchObject([
      { source: 'releases', version: '1.0', deployed_by: expect.stringMatching(/^[0-9a-f]{64}$/), encrypted: '1' },
      { version: '1.1', deployed_at: '2026-01-02 10:00:00' },
    ]);
    expect(exported('deployments_update.json')).toEqual({ releases: '2026-01-02T10:00:00Z' });
    items = [...items, deployment('1.2', '03', 'bob')];
    expect((await runGatherer(['gather', 'TEST'], { folder })).code).toBe(0);
    expect(exported('data_deployment.json')).toMatchObject([{ version: '1.2' }]);
  });

  it('fail alone, and keep their tracker', async () => {
    await prepareProject(() => [deployment('1.0', '01', 'alice')]);
    writeFileSync(join(folder, 'export/TEST/deployments_update.json'), '{"releases":"2025-01-01T00:00:00Z"}');
    const environment = { HTTP_PROXY: 'http://127.0.0.1:1' };
    const { code, output } = await runGatherer(['gather', 'TEST'], { folder, environment });
    expect(code).toBe(1);
    expect(output).toContain('1 of 1 sources failed: releases');
    expect(exported('deployments_update.json')).toEqual({ releases: '2025-01-01T00:00:00Z' });
  });

  it('are named and skipped where they are broken', async () => {
    addPlugin('syntax', 'export default {');
    addPlugin('empty', 'export const x = 1;');
    addPlugin('throws', 'throw new Error("not today");');
    addPlugin('taken', 'export { default } from "../taken-source.js";');
    writeFileSync(
      join(folder, 'plugins/taken-source.js'),
      `import { deployment } from './deployments/rows.js';
       export default { types: ['git'], tables: [deployment], trackers: [], async *gather() { return {}; } };`,
    );
    mkdirSync(join(folder, 'plugins/nothing'));
    const { code, output } = await runGatherer(['sources'], { folder });
    expect(code).toBe(0);
    expect(output).toContain('gatherer-source-deployments');
    for (const [name, reason] of [
      ['syntax', 'Unexpected end of input'],
      ['empty', 'index.js exports no source'],
      ['throws', 'not today'],
      ['taken', 'there is a source of type git already'],
      ['nothing', 'Cannot find module'],
    ]) {
      expect(output).toMatch(new RegExp(`The plug-in ${name} in \\S+ is skipped: .*${reason}`));
    }
  });

  it('are not taken from a folder that somebody happens to be in', async () => {
    const { output } = await runGatherer(['sources'], { folder, environment: { GATHERER_HOME: '' } });
    expect(output).not.toContain('deployments');
  });
});
