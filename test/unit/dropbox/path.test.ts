import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DropboxError } from '../../../src/controller/dropbox/failure.js';
import { locate, parsePath, simplifyPath } from '../../../src/controller/dropbox/path.js';

const projects = new Set(['TEST', 'OTHER']);

function parse(path: string): readonly string[] {
  return parsePath(Buffer.from(path));
}

/** Paths made of what attackers try. */
const hostilePath = fc
  .array(
    fc.oneof(
      fc.constantFrom('..', '.', '', '~', '~root', 'export', 'update', 'TEST', 'OTHER', 'NONE', '.incoming', '...'),
      fc.constantFrom('..\0', '\\..', '%2e%2e', '..;', '．．', 'a\nb', 'x'.repeat(300), '.ssh'),
      fc.string({ maxLength: 6 }),
    ),
    { maxLength: 10 },
  )
  .map((parts) => parts.join('/'));

describe('parsePath', () => {
  it('takes home, root and the empty path for the same', () => {
    for (const path of ['', '.', '/', '~', '~/', './/.', '//']) {
      expect(parse(path)).toEqual([]);
    }
    const forms = ['export/TEST/a', '/export/TEST/a', '~/export//TEST/./a', 'export/TEST/a/'];
    for (const path of forms) {
      expect(parse(path)).toEqual(['export', 'TEST', 'a']);
    }
    expect(parse('export/~')).toEqual(['export', '~']);
  });

  it.each(['..', '~/..', '/..', 'export/../..', 'export/TEST/../../../etc/passwd', 'a/..'])('refuses %s', (path) => {
    expect(() => parse(path)).toThrow(/"\.\." is not allowed/);
  });

  it('refuses odd bytes and lengths', () => {
    expect(() => parse('a\0b')).toThrow(DropboxError);
    expect(() => parse('a\nb')).toThrow(DropboxError);
    expect(() => parsePath(Buffer.of(0x61, 0xff, 0xfe))).toThrow(/UTF-8/);
    expect(() => parse('x'.repeat(256))).toThrow(/too long/);
    expect(() => parse('é'.repeat(128))).toThrow(/too long/);
    expect(parse('é'.repeat(127))).toHaveLength(1);
    expect(() => parse('x/'.repeat(3000))).toThrow(/too long/);
  });
});

describe('locate', () => {
  it('knows the home, its two folders and what is in them for the projects of the agent', () => {
    expect(locate([], projects)).toEqual({ kind: 'home' });
    expect(locate(['update'], projects)).toEqual({ kind: 'area', area: 'update' });
    expect(locate(['export', 'TEST', 'a', 'b'], projects)).toEqual({
      kind: 'project',
      area: 'export',
      project: 'TEST',
      rest: ['a', 'b'],
    });
  });

  it.each([
    '.incoming/x',
    '.ssh',
    'etc/passwd',
    'export/NONE',
    'export/TEST/.hidden',
    'export/TEST/a/b/c/d/e/f',
    'update/test',
  ])('refuses %s', (path) => {
    expect(() => locate(parse(path), projects)).toThrow(DropboxError);
  });

  it('lets no path out of the folders of the projects', () => {
    fc.assert(
      fc.property(hostilePath, (path) => {
        try {
          const components = parse(path);
          const location = locate(components, projects);
          for (const name of components) {
            expect(name).not.toMatch(/^\.\.?$|[/\0]/);
            expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
          }
          expect(components.length).toBeLessThanOrEqual(7);
          expect(['export', 'update', undefined]).toContain(components[0]);
          expect(location.kind === 'project' ? projects.has(location.project) : components.length < 2).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(DropboxError);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('refuses or understands any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          expect(parsePath(Buffer.from(bytes)).every((name) => name !== '..' && !name.includes('/'))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(DropboxError);
        }
      }),
    );
  });
});

describe('simplifyPath', () => {
  it('goes up, but never above the home', () => {
    expect(simplifyPath(Buffer.from('/export/TEST/..'))).toEqual(['export']);
    expect(simplifyPath(Buffer.from('/../../etc'))).toEqual(['etc']);
    expect(simplifyPath(Buffer.from('~/export/../../..'))).toEqual([]);
  });
});
