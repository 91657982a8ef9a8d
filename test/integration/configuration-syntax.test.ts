import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { readEnvFile } from '../../src/config/env-file.js';
import { ConfigError } from '../../src/config/errors.js';
import { parseIni } from '../../src/config/ini.js';
import { describeWith, requirements } from '../requirements.js';

const runs = 400;

/** Reads every text by Python's own parser: `{section: {option: value}}`, or null where it refuses. */
const program = `
import configparser, json, sys
def read(text):
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
    except (configparser.Error, AttributeError):
        return None
    result = {name: dict(parser._sections[name]) for name in parser.sections()}
    result["DEFAULT"] = dict(parser.defaults())
    return result
json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)
`;

function ownReading(text: string): Record<string, Record<string, string>> | null {
  try {
    const { sections, defaults } = parseIni(text, 'test.cfg');
    const all = [...sections].map(([name, { options }]) => [name, options] as const);
    return Object.fromEntries(
      [...all, ['DEFAULT', defaults] as const].map(([name, options]) => [
        name,
        Object.fromEntries([...options].map(([option, { value }]) => [option, value])),
      ]),
    );
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return null;
  }
}

describeWith([requirements.python3], 'settings.cfg as Python reads it', () => {
  it('agrees with configparser.RawConfigParser on any text', () => {
    const word = fc.constantFrom(
      'a',
      'B',
      'ünï',
      '[a]',
      '[b.c:80]',
      '[DEFAULT]',
      '[x] y',
      '[[z]]',
      '# c',
      '; c',
      '%(a)s',
      'x=y',
    );
    const blank = fc.constantFrom('', ' ', '\t', '   ', '\u00a0', '\u2028', '\x1c', '\x85');
    const delimiter = fc.constantFrom('=', ':', ' = ', ' : ', '');
    const line = fc.tuple(blank, word, delimiter, fc.oneof(word, blank), blank).map((parts) => parts.join(''));
    const text = fc.array(fc.oneof({ weight: 4, arbitrary: line }, { weight: 1, arbitrary: blank }), { maxLength: 8 });
    const texts = fc.sample(text, runs).map((lines) => `[first]\n${lines.join('\n')}`);
    const readings: unknown = JSON.parse(
      execFileSync('python3', ['-c', program], { input: JSON.stringify(texts), encoding: 'utf8' }),
    );
    expect(texts.map((each) => [each, ownReading(each)])).toEqual(
      texts.map((each, index) => [each, Array.isArray(readings) ? readings[index] : undefined]),
    );
    expect(texts.filter((each) => ownReading(each) !== null).length).toBeGreaterThan(runs / 20);
  });
});

const homeFolder = '/home/agent';

function readByShell(file: string): readonly string[] {
  const script = '. "$0"; printf "%s\\0" "$A" "$B" "$C"';
  const environment = { PATH: process.env['PATH'], HOME: homeFolder };
  return execFileSync('bash', ['-c', script, file], { encoding: 'utf8', env: environment }).split('\0').slice(0, 3);
}

function readByUs(text: string): readonly string[] {
  const values = new Map([['HOME', homeFolder]]);
  readEnvFile(text, 'env', {
    lookup: (name) => values.get(name),
    assign: ({ name, value }) => values.set(name, value),
  });
  return ['A', 'B', 'C'].map((name) => values.get(name) ?? '');
}

describeWith([requirements.bash], 'environment files as a shell reads them', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'environment-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('agrees with bash on whatever it accepts', () => {
    const plain = fc.constantFrom('x', 'é', '1', '=', '#', '*', '!', '{', '}');
    const escaped = fc.constantFrom(
      '\\ ',
      '\\$',
      '\\\\',
      '\\\n',
      "'a b'",
      "'\\'",
      '"a b"',
      '"\\"\\$\\x"',
      '"#\n"',
      '"a\\\nb"',
    );
    const reference = fc.constantFrom('$A', '$\x7bA}', '"$B"', "'$A'");
    const value = fc.array(fc.oneof(plain, escaped, reference), { maxLength: 6 }).map((parts) => parts.join(''));
    const assignment = fc.tuple(fc.constantFrom('A', 'B', 'C'), value).map((parts) => parts.join('='));
    const command = fc
      .tuple(fc.constantFrom('', '', 'export ', 'export A '), fc.array(assignment, { minLength: 1, maxLength: 3 }))
      .map(([prefix, assignments]) => `${prefix}${assignments.join(' ')}`);
    const end = fc.constantFrom('\n', '; ', '\n\n', ' # c\n', '\n  ');
    const text = fc.array(fc.tuple(command, end), { maxLength: 4 }).map((commands) => commands.flat().join(''));
    const texts = fc.sample(text, 200);
    for (const each of texts) {
      const file = path.join(folder, 'env');
      writeFileSync(file, each);
      expect({ text: JSON.stringify(each), values: readByUs(each) }).toEqual({
        text: JSON.stringify(each),
        values: readByShell(file),
      });
    }
  }, 60_000);
});
