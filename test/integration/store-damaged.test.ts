import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/controller/store/open.js';
import { silent } from '../servers/stores.js';
import { temporaryFolder } from '../temporary-folder.js';

describe('an embedded database that is damaged', () => {
  it('is named, with what to do, and the folder is free again', async () => {
    const dataFolder = temporaryFolder();
    const folder = join(dataFolder, 'database');
    await writeFile(folder, 'a file where a folder belongs');
    const message = `${folder} holds no embedded database that can be used (ErrnoError 54)`;
    await expect(openStore({ dataFolder, log: silent })).rejects.toThrow(message);
    expect(await readdir(dataFolder)).toEqual(['database']);
  });

  it('is named where its files are not what they were', async () => {
    const dataFolder = temporaryFolder();
    const folder = join(dataFolder, 'database');
    await mkdir(folder);
    await writeFile(join(folder, 'PG_VERSION'), '17\n');
    await expect(openStore({ dataFolder, log: silent })).rejects.toThrow(`${folder} holds no embedded database`);
  });
});
