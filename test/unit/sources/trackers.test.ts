import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/errors.js';
import { SourceTrackers } from '../../../src/sources/trackers.js';
import { temporaryFolder } from '../../temporary-folder.js';

const file = 'latest_vcs_versions.json';

describe('SourceTrackers', () => {
  it('has nothing where there is no file, and names every file', () => {
    const trackers = SourceTrackers.load(temporaryFolder(), [file, file]);
    expect(trackers.of('app')).toEqual({});
    expect(trackers.contents()).toEqual([[file, '{}']]);
  });

  it('changes the entry of one source and keeps the others, also those of names that objects have', () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, file), '{"svn": 12, "app": "a", "__proto__": "b"}');
    const trackers = SourceTrackers.load(folder, [file]);
    expect(trackers.of('svn')).toEqual({ [file]: '12' });
    trackers.update('app', { [file]: 'c', 'unknown.json': 'd' });
    trackers.update('constructor', { [file]: 'e' });
    expect(trackers.of('constructor')).toEqual({ [file]: 'e' });
    expect(trackers.of('toString')).toEqual({});
    const [contents] = trackers.contents();
    expect(contents?.[1]).toContain('"svn":12,"app":"c"');
  });

  it.each(['', '[]', '{"app": null}', '{"app"'])('refuses the contents %j and names the file', (contents) => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, file), contents);
    expect(() => SourceTrackers.load(folder, [file])).toThrow(ConfigError);
  });
});
