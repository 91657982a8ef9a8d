import { describe, expect, it } from 'vitest';
import { GitError, gitEnvironment, runGit } from '../../../src/git/run.js';
import { maskCredentials } from '../../../src/process/mask-credentials.js';

const signal = new AbortController().signal;

describe('the environment of git', () => {
  it('keeps transport and configuration, and nothing that leads to another repository', () => {
    const environment = gitEnvironment({
      PATH: '/bin',
      HOME: '/home/agent',
      HTTPS_PROXY: 'http://proxy',
      GIT_SSH_COMMAND: 'ssh -i key',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_DIR: '/elsewhere',
      GIT_OBJECT_DIRECTORY: '/elsewhere',
      GIT_REPLACE_REF_BASE: 'refs/x',
      GIT_EXTERNAL_DIFF: 'false',
      GIT_TERMINAL_PROMPT: '1',
      LC_ALL: 'nl_NL',
      UNSET: undefined,
    });
    expect(environment).toMatchObject({
      PATH: '/bin',
      HOME: '/home/agent',
      HTTPS_PROXY: 'http://proxy',
      GIT_SSH_COMMAND: 'ssh -i key',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_TERMINAL_PROMPT: '0',
      GIT_NO_REPLACE_OBJECTS: '1',
      LC_ALL: 'C',
    });
    for (const name of ['GIT_DIR', 'GIT_OBJECT_DIRECTORY', 'GIT_REPLACE_REF_BASE', 'GIT_EXTERNAL_DIFF', 'UNSET']) {
      expect(environment).not.toHaveProperty(name);
    }
  });
});

describe('what is said of a command', () => {
  it.each([
    ['https://anna:secret@example.org/x.git', 'https://***@example.org/x.git'],
    ['https://token@example.org/x.git', 'https://***@example.org/x.git'],
    ['https://anna:p@ss@example.org/x.git', 'https://***@example.org/x.git'],
    ["fatal: 'http://a:b@h/' and 'http://c:d@h/'", "fatal: 'http://***@h/' and 'http://***@h/'"],
    ['ssh://git@example.org/x.git', 'ssh://git@example.org/x.git'],
    ['ssh://git:secret@example.org/x.git', 'ssh://***@example.org/x.git'],
    ['git@example.org:x.git', 'git@example.org:x.git'],
    ['http.extraHeader=Authorization: Basic c2VjcmV0', 'http.extraHeader=Authorization: ***'],
    ['https://example.org/a@b', 'https://example.org/a@b'],
  ])('%s shows as %s', (text, masked) => {
    expect(maskCredentials(text)).toBe(masked);
  });
});

describe('running git', () => {
  it('gives what it prints', async () => {
    expect(await runGit({ arguments: ['version'], environment: process.env, signal })).toMatch(/^git version /);
  });

  it('fails with the command, the exit status and the masked end of what it said', async () => {
    // Nothing listens on port 1. A scheme that git does not know would do too, but for a race of git with its helper.
    const url = 'http://anna:secret@127.0.0.1:1/x.git';
    const environment = { ...process.env, GIT_ALLOW_PROTOCOL: 'http' };
    const failed = runGit({ arguments: ['ls-remote', url], environment, signal });
    await expect(failed).rejects.toBeInstanceOf(GitError);
    const error = await failed.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ exitCode: 128, command: 'git ls-remote http://***@127.0.0.1:1/x.git' });
    expect(String(error)).toMatch(/ended with exit status 128: .*unable to access/s);
    expect(JSON.stringify(error) + String(error)).not.toContain('secret');
  });

  it('connects to nothing unless that is allowed', async () => {
    const { GIT_ALLOW_PROTOCOL: _allowed, ...environment } = process.env;
    const failed = runGit({ arguments: ['ls-remote', 'http://127.0.0.1:1/x.git'], environment, signal });
    await expect(failed).rejects.toThrow("transport 'http' not allowed");
  });

  it('stops a command that prints more than is wanted', async () => {
    await expect(runGit({ arguments: ['help', '-a'], environment: process.env, signal }, 100)).rejects.toThrow(
      /printed more than 100 bytes/,
    );
  });

  it('shows progress as it comes', async () => {
    const seen: Buffer[] = [];
    const onStderr = (chunk: Buffer) => seen.push(chunk);
    await runGit({ arguments: ['nonsense'], environment: process.env, signal, onStderr }).catch(() => undefined);
    expect(Buffer.concat(seen).toString()).toContain('nonsense');
  });
});
