import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MANIFEST_FILE,
  manifestSchema,
  readManifest,
  verifyManifest,
  writeManifest,
} from '../../../src/tables/manifest.js';
import { temporaryFolder } from '../../temporary-folder.js';

const origin = { project: 'TEST', agentVersion: '1.2.3', created: new Date('2024-02-03T04:05:06Z') };

function exportFolder(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'data_tag.json'), '[{"a": "]"}, {"b": "\u{1f389}"}]');
  writeFileSync(join(folder, 'latest_vcs_versions.json'), '{}');
  return folder;
}

const files = ['data_tag.json', 'latest_vcs_versions.json', MANIFEST_FILE];

describe('manifest', () => {
  it('says what was exported', async () => {
    const folder = exportFolder();
    const manifest = await writeManifest(folder, files, origin);
    expect(manifest).toEqual({
      format: 1,
      project: 'TEST',
      agentVersion: '1.2.3',
      created: '2024-02-03T04:05:06.000Z',
      files: [
        { name: 'data_tag.json', size: 27, sha256: expect.stringMatching(/^[0-9a-f]{64}$/), rows: 2 },
        {
          name: 'latest_vcs_versions.json',
          size: 2,
          sha256: '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
        },
      ],
    });
    expect(await readManifest(folder)).toEqual(manifest);
    expect(await verifyManifest(folder, manifest)).toEqual([]);
  });

  it('tells missing, cut and changed files', async () => {
    const folder = exportFolder();
    const manifest = await writeManifest(folder, files, origin);
    writeFileSync(join(folder, 'data_tag.json'), '[{"a": "]"}, ');
    rmSync(join(folder, 'latest_vcs_versions.json'));
    expect(await verifyManifest(folder, manifest)).toEqual([
      'data_tag.json has 13 bytes instead of 27',
      'latest_vcs_versions.json is missing',
    ]);
    writeFileSync(join(folder, 'latest_vcs_versions.json'), '[]');
    expect(await verifyManifest(folder, manifest)).toContain('latest_vcs_versions.json was changed on its way');
  });

  it('is not there in an export of an original agent', async () => {
    expect(await readManifest(temporaryFolder())).toBeUndefined();
  });

  it('names a table that cannot be measured', async () => {
    const folder = exportFolder();
    writeFileSync(join(folder, 'data_tag.json'), '[{"a": ');
    await expect(writeManifest(folder, files, origin)).rejects.toThrow('data_tag.json: ends in the middle');
    await expect(writeManifest(folder, ['data_gone.json'], origin)).rejects.toThrow('data_gone.json: cannot read');
  });

  it.each(['../../etc/passwd', 'a/b', '..', '.', '', 'x'.repeat(256)])('refuses the file name %j', async (name) => {
    const folder = temporaryFolder();
    const file = { name, size: 1, sha256: '0'.repeat(64) };
    const manifest = { format: 1, project: 'T', agentVersion: '', created: '2024-02-03T04:05:06Z', files: [file] };
    writeFileSync(join(folder, MANIFEST_FILE), JSON.stringify(manifest));
    await expect(readManifest(folder)).rejects.toThrow('manifest.json: is not a manifest: files.0.name');
  });

  it('refuses a manifest that is too large, names a file twice, or is none', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, MANIFEST_FILE), ' '.repeat(2 * 1024 * 1024));
    await expect(readManifest(folder)).rejects.toThrow('larger than');
    rmSync(join(folder, MANIFEST_FILE));
    symlinkSync('/', join(folder, MANIFEST_FILE));
    await expect(readManifest(folder)).rejects.toThrow('manifest.json: cannot read');
    const file = { name: 'a', size: 1, sha256: '0'.repeat(64) };
    const twice = { format: 1, project: 'T', agentVersion: '', created: '2024-02-03T04:05:06Z', files: [file, file] };
    expect(manifestSchema.safeParse(twice).error?.issues[0]?.message).toBe('names a file twice');
  });

  it('refuses whatever is no manifest with an error that names the file', async () => {
    const folder = temporaryFolder();
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
        writeFileSync(join(folder, MANIFEST_FILE), text);
        await expect(readManifest(folder)).rejects.toThrow('manifest.json: is not a manifest');
      }),
      { numRuns: 50 },
    );
  });
});
