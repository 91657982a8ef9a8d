import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DropboxError } from '../../../src/controller/dropbox/failure.js';
import { locate, parsePath } from '../../../src/controller/dropbox/path.js';
import { parseScpCommand } from '../../../src/controller/dropbox/scp/command.js';

const transcript = z
  .object({
    cases: z.array(z.object({ command: z.string().optional(), allowed: z.boolean(), stdout: z.array(z.string()) })),
  })
  .parse(JSON.parse(readFileSync(new URL('../../wire/upload-shell.json', import.meta.url), 'utf8')));

function paths(command: string): readonly string[] {
  return parseScpCommand(command).paths;
}

describe('parseScpCommand', () => {
  it('reads the options of clients of any age', () => {
    expect(parseScpCommand('scp -v -r -p -d -t -- ~/export/TEST/')).toEqual({
      direction: 'receive',
      recursive: true,
      preserve: true,
      intoFolder: true,
      paths: ['~/export/TEST/'],
    });
    expect(parseScpCommand('scp -rpf a b')).toMatchObject({ direction: 'send', recursive: true, paths: ['a', 'b'] });
    expect(paths('scp -f -- -odd')).toEqual(['-odd']);
  });

  it('understands quotes and backslashes', () => {
    expect(paths("scp -f 'a b' \"c'd\" e\\ f ''")).toEqual(['a b', "c'd", 'e f', '']);
    expect(paths("scp -f 'a;b|c$d'")).toEqual(['a;b|c$d']);
    expect(paths("scp -f '{a,b}'")).toEqual(['{a,b}']);
  });

  it.each([
    ['~/x/\\{a.json,b.json\\}', ['~/x/a.json', '~/x/b.json']],
    ['~/x/{a.json,b.json}', ['~/x/a.json', '~/x/b.json']],
    ['~/x/\\{a.json\\}', ['~/x/a.json']],
    ['{a,{b,c}d}e', ['ae', 'bde', 'cde']],
    ['{a,b}{c,d}', ['ac', 'ad', 'bc', 'bd']],
    ['x{1..3}', ['x1', 'x2', 'x3']],
    ['x{2..0}', ['x2', 'x1', 'x0']],
    ['{a', ['{a']],
    ['a}', ['a}']],
    ['{,a}', ['', 'a']],
    ['{}', ['']],
    ['a,b', ['a,b']],
  ])('expands %s', (path, expected) => {
    expect(paths(`scp -f ${path}`)).toEqual(expected);
  });

  it.each([
    '',
    'ls',
    'SCP -f a',
    '/usr/bin/scp -f a',
    'scp',
    'scp a',
    'scp -f',
    'scp -t',
    'scp -t a b',
    'scp -t -f a',
    'scp -S id -f a',
    'scp -oProxyCommand=id -f a',
    'scp -f a\nid',
    'scp -f a;id',
    'scp -f a|id',
    'scp -f a&',
    'scp -f $(id)',
    'scp -f `id`',
    'scp -f "$HOME"',
    'scp -f *',
    'scp -f a >b',
    'scp -f <b',
    "scp -f 'a",
    'scp -f a\\',
    'scp -f {1..100000000}',
    `scp -f ${'{a,b}'.repeat(12)}`,
    `scp -f ${'x'.repeat(5000)}`,
    'internal-sftp',
    "git-upload-pack '~/repo.git'",
  ])('refuses %j', (command) => {
    expect(() => parseScpCommand(command)).toThrow(DropboxError);
  });

  it('never throws anything but DropboxError, and is done soon', () => {
    const word = fc.oneof(fc.constantFrom('{', '}', ',', '\\', "'", '"', ' ', '..', '1', '-', '~/', 'a'), fc.string());
    const started = performance.now();
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        try {
          const command = parseScpCommand(`scp -f ${words.join('')}`);
          expect(command.paths.length).toBeGreaterThan(0);
          expect(command.paths.length).toBeLessThanOrEqual(1000);
        } catch (error) {
          expect(error).toBeInstanceOf(DropboxError);
        }
      }),
      { numRuns: 2000 },
    );
    for (const text of [
      '{'.repeat(4000),
      '{,'.repeat(2000),
      '{a,b}'.repeat(800),
      `${'{'.repeat(1900)}a${'}'.repeat(1900)}`,
    ]) {
      expect(() => parseScpCommand(`scp -f ${text}`)).not.toThrow(RangeError);
    }
    expect(performance.now() - started).toBeLessThan(8000);
  }, 20_000);
});

/** What the original's login shell lets through against what the dropbox serves, command by command. */
describe('commands of the original', () => {
  const home = '/agents/TEST';
  const served = (command: string): readonly string[] | undefined => {
    try {
      const locations = parseScpCommand(command).paths.map((path) =>
        locate(parsePath(Buffer.from(path)), new Set(['TEST'])),
      );
      return locations.length === 0 ? undefined : paths(command).map((path) => path.replace(/^~/, home));
    } catch {
      return undefined;
    }
  };
  /** Defects of the original, which runs these commands or leaves the home of the agent. */
  const refusedHere = [
    'scp -f ~/..',
    'scp -f ~/a | id',
    'scp -f ~/a $(id)',
    'scp -f ~/a `id`',
    'scp -f ~/a\nid',
    'scp -f ~/a > ~/out',
    'scp -f ~/a /etc/passwd',
    'scp -f ~/* ',
    "git-upload-pack '~/repo.git'",
    "git-receive-pack '~/repo.git'",
  ];

  /** Options that today's clients send, and a path without `~`. */
  const servedHere = [
    'scp -v -t ~/export/TEST/',
    'scp -r -t ~/export/TEST/',
    'scp -p -t ~/export/TEST/',
    'scp -t export/TEST/',
  ];

  it.each(transcript.cases.flatMap(({ command, allowed, stdout }) => (command ? [{ command, allowed, stdout }] : [])))(
    '$command',
    ({ command, allowed, stdout }) => {
      const [, ran = ''] = /^ran: scp (?:-\w )*(.*)$/.exec(stdout[0] ?? '') ?? [];
      const inFolders = /^(\/agents\/TEST\/(update|export)\/TEST\S* ?)+$/.test(ran);
      if (refusedHere.includes(command)) {
        expect(allowed).toBe(true);
        expect(served(command)).toBeUndefined();
      } else if (servedHere.includes(command)) {
        expect(allowed).toBe(false);
        expect(served(command)).toHaveLength(1);
      } else if (allowed && inFolders) {
        // Braces around one name are that name: the original looks for a file with braces in its name.
        expect(served(command)?.join(' ')).toBe(ran.replace(/\{([^{},]*)\}/g, '$1'));
      } else {
        expect(served(command)).toBeUndefined();
      }
    },
  );
});
