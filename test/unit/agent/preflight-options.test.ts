import { describe, expect, it } from 'vitest';
import { mergePreflightOptions, parsePreflightArguments } from '../../../src/agent/preflight-options.js';
import { ConfigError } from '../../../src/config/errors.js';

describe('PREFLIGHT_ARGS', () => {
  it('is empty where it is not set', () => {
    expect(parsePreflightArguments(undefined)).toEqual({});
    expect(parsePreflightArguments('  ')).toEqual({});
  });

  it('reads every option of preflight, with quotes', () => {
    expect(
      parsePreflightArguments(`--secrets "my secrets.json" --ssh=a.example.org --cert 'c d'.crt --skip --log debug`),
    ).toEqual({ secrets: 'my secrets.json', ssh: 'a.example.org', cert: 'c d.crt', skip: true, log: 'DEBUG' });
    expect(parsePreflightArguments('--no-secrets --no-ssh')).toEqual({ secrets: false, ssh: false });
  });

  it.each(['--unknown', 'word', '--log LOUD', '--secrets', '--skip=maybe'])('refuses %s', (text) => {
    expect(() => parsePreflightArguments(text)).toThrow(ConfigError);
  });

  it('gives way to the command line', () => {
    const merged = mergePreflightOptions(parsePreflightArguments('--no-ssh --skip --cert a'), { ssh: 'b', cert: 'c' });
    expect(merged).toMatchObject({ ssh: 'b', cert: 'c', skip: true });
  });
});
