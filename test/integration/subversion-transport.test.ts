import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { GitWorld } from '../git-world.js';
import { describeWith, requirements } from '../requirements.js';
import { freePort } from '../servers/free-port.js';
import { startSshd } from '../servers/sshd.js';
import { type SvnHttpServer, serveSvnHttp } from '../servers/svn-http.js';
import { restrictAccess, serveSubversion } from '../servers/svnserve.js';
import { by, layout, SubversionRepository } from '../svn/repository.js';
import { until } from '../until.js';

const history = [layout, by('anna', 2, 'One', { path: 'trunk/a', action: 'add', text: 'a\n' })] as const;

function repositoryOf(test: GitWorld): SubversionRepository {
  const app = new SubversionRepository(path.join(test.home, 'upstream', 'app'));
  app.commit(...history);
  return app;
}

/** Puts a shell script in front of svn; in it, `$real` is svn itself, and `$HOME/calls` is there to be written. */
function wrapSvn(test: GitWorld, script: string): { readonly PATH: string } {
  const folder = path.join(test.home, 'bin');
  const real = execFileSync('sh', ['-c', 'command -v svn'], { encoding: 'utf8' }).trim();
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'svn'), `#!/bin/sh\nreal=${real}\n${script}\nexec "$real" "$@"\n`);
  chmodSync(path.join(folder, 'svn'), 0o755);
  return { PATH: `${folder}:${process.env['PATH']}` };
}

const calls = (test: GitWorld): string => readFileSync(path.join(test.home, 'calls'), 'utf8');

async function withUsers(): Promise<{ test: GitWorld; host: string }> {
  const test = new GitWorld();
  const app = repositoryOf(test);
  restrictAccess(app.folder, { reader: 'pass word%é' });
  const host = await serveSubversion(path.dirname(app.folder));
  test.sources({ app: `svn://${host}/app` }, 'subversion');
  return { test, host };
}

describeWith([requirements.svn, requirements.svnserve], 'reaching a Subversion server', () => {
  it('logs in, and shows the password to no other process', async () => {
    const { test, host } = await withUsers();
    test.credentials(`[${host}]\nusername = reader\npassword = pass word%é\n`);
    const environment = wrapSvn(
      test,
      'printf "%s\\n" "$*" >> "$HOME/calls"; env >> "$HOME/calls"; stat -c "mode %a" "$TMPDIR" "$TMPDIR/servers" >> "$HOME/calls"',
    );
    expect(await test.gather({}, environment)).toMatchObject({ gathered: ['app'] });
    expect(test.messages()).toEqual(['Layout', 'One']);
    expect(calls(test)).not.toContain('pass word');
    expect(test.logged).not.toContain('pass word');
    expect(new Set(calls(test).match(/^mode .*$/gm))).toEqual(new Set(['mode 700', 'mode 600']));
    const folder = /--config-dir=(\S+)/.exec(calls(test))?.[1] ?? '';
    expect(folder).toContain('gatherer-svn-');
    expect(existsSync(folder)).toBe(false);
    expect(existsSync(path.join(test.home, '.subversion'))).toBe(false);
  });

  it('takes user and password from the URL, but an option before', async () => {
    const { test, host } = await withUsers();
    test.sources({ app: `svn://reader:pass%20word%25%C3%A9@${host}/app/trunk` }, 'subversion');
    expect(await test.gather()).toMatchObject({ gathered: ['app'] });
    test.credentials(`[${host}]\npassword = other\n`);
    expect(await test.gather()).toMatchObject({ failed: ['app'] });
  });

  it.each([
    ['username = reader\npassword = wrong\n', /refuses the login of reader; correct username and password in \[127/],
    ['', /asks for a login; set username and password in \[127/],
  ])('names the options where a login fails: %j', async (options, message) => {
    const { test, host } = await withUsers();
    test.credentials(`[${host}]\n${options}`);
    expect(await test.gather()).toMatchObject({ gathered: [], failed: ['app'] });
    const errors = test.logged.split('\n').filter((line) => line.includes('"level":50'));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(message);
    expect(test.logged).not.toContain('wrong');
  });

  it('leaves a server that does not answer, and goes on with the others', async () => {
    const test = new GitWorld();
    const app = repositoryOf(test);
    test.sources(
      { gone: `svn://127.0.0.1:${await freePort()}/x`, none: `${app.url}/branches`, app: app.url },
      'subversion',
    );
    expect(await test.gather()).toMatchObject({ gathered: ['app'], failed: expect.arrayContaining(['gone', 'none']) });
    expect(test.logged).toContain('Connection refused');
    expect(test.logged).toContain('there is no trunk');
    expect(test.latest()).toEqual({ app: 2 });
  });

  it('connects to nothing that GATHERER_URL_BLACKLIST denies', async () => {
    const { test, host } = await withUsers();
    const denied = { GATHERER_URL_BLACKLIST: `svn://${host}/*`, ...wrapSvn(test, 'echo >> "$HOME/calls"') };
    expect(await test.gather({}, denied)).toMatchObject({ gathered: [], failed: [] });
    expect(existsSync(path.join(test.home, 'calls'))).toBe(false);
  });

  it('stops at once, also where a server is silent', async () => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const test = new GitWorld();
    test.sources({ app: `svn://127.0.0.1:${port}/app` }, 'subversion');
    const stop = new AbortController();
    const environment = wrapSvn(test, 'echo $$ >> "$HOME/calls"');
    const gathering = test.gather({}, environment, stop.signal);
    await until(
      () => existsSync(path.join(test.home, 'calls')),
      () => 'svn is called',
    );
    await sleep(200);
    const started = performance.now();
    stop.abort();
    await expect(gathering).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(() => process.kill(Number(calls(test)), 0)).toThrow();
    expect(existsSync(path.join(test.exported, 'latest_vcs_versions.json'))).toBe(false);
  });

  it('verifies no certificate with unsafe_hosts, and warns of it', async () => {
    const test = new GitWorld();
    const port = await freePort();
    test.sources({ app: `https://127.0.0.1:${port}/app` }, 'subversion');
    const environment = wrapSvn(test, 'printf "%s\\n" "$*" >> "$HOME/calls"');
    await test.gather({}, environment);
    expect(calls(test)).not.toContain('--trust-server-cert-failures');
    expect(test.logged).not.toContain('unsafe_hosts');
    test.credentials(`[127.0.0.1:${port}]\nunsafe_hosts = yes\n`);
    await test.gather({}, environment);
    expect(calls(test)).toContain('--trust-server-cert-failures=unknown-ca');
    expect(test.logged).toContain('unsafe_hosts is set for');
  });

  it('hands a proxy to svn in a file', async () => {
    const test = new GitWorld();
    test.sources({ app: 'http://svn.example.org/app' }, 'subversion');
    const environment = wrapSvn(
      test,
      'cat "$TMPDIR/servers" >> "$HOME/calls"; printf "%s\\n" "$*" >> "$HOME/args"; exit 1',
    );
    await test.gather({}, { ...environment, HTTP_PROXY: 'http://me:a%20b@127.0.0.1:3128' });
    expect(calls(test)).toMatch(
      /http-proxy-host = 127.0.0.1\nhttp-proxy-port = 3128\nhttp-proxy-username = me\nhttp-proxy-password = a b\n/,
    );
    expect(readFileSync(path.join(test.home, 'args'), 'utf8')).not.toContain('a b');
  });

  it('compares once more where a connection was cut', async () => {
    const test = new GitWorld();
    test.sources({ app: repositoryOf(test).url }, 'subversion');
    const cut = 'echo "svn: E210002: Network connection closed unexpectedly" >&2; exit 1';
    const environment = wrapSvn(test, `if [ "$1" = diff ] && mkdir "$HOME/once" 2>/dev/null; then ${cut}; fi`);
    expect(await test.gather({}, environment)).toMatchObject({ gathered: ['app'] });
    expect(existsSync(path.join(test.home, 'once'))).toBe(true);
    expect(test.rows('change_path')).toMatchObject([{ file: 'a', insertions: '1' }]);
  });

  it('exports a revision that cannot be compared, without statistics', async () => {
    const test = new GitWorld();
    test.sources({ app: repositoryOf(test).url }, 'subversion');
    const corrupt = 'echo "svn: E160004: Corrupt representation" >&2; exit 1';
    const environment = wrapSvn(test, `if [ "$1" = diff ]; then ${corrupt}; fi`);
    expect(await test.gather({}, environment)).toMatchObject({ gathered: ['app'] });
    expect(test.rows('vcs_versions').at(-1)).toMatchObject({ version_id: '2', size: '0', number_of_files: '0' });
    expect(test.logged).toContain('Revision 2 is exported without statistics');
  });

  it('exports nothing where the log breaks off, or is no XML', async () => {
    const test = new GitWorld();
    test.sources({ app: repositoryOf(test).url }, 'subversion');
    for (const output of ['<?xml version="1.0"?><log><logentry revision="1">', '<log><a></b></log>']) {
      const environment = wrapSvn(test, `if [ "$1" = log ]; then echo '${output}'; exit 0; fi`);
      expect(await test.gather({}, environment)).toMatchObject({ failed: ['app'] });
      expect(test.logged).toContain('printed what cannot be read');
      expect(test.rows('vcs_versions')).toEqual([]);
    }
  });

  it('says what is missing where there is no svn', async () => {
    const test = new GitWorld();
    test.sources({ app: repositoryOf(test).url }, 'subversion');
    expect(await test.gather({}, { PATH: '/nonexistent' })).toMatchObject({ failed: ['app'] });
    expect(test.logged).toMatch(/could not be started .*ENOENT/);
  });
});

describeWith([requirements.svn, requirements.apacheWithSvn, requirements.openssl], 'Subversion over http', () => {
  const password = 'pass w:rd%é';

  async function httpWorld(tls: boolean): Promise<{ test: GitWorld; server: SvnHttpServer; login: string }> {
    const test = new GitWorld();
    const server = await serveSvnHttp(path.dirname(repositoryOf(test).folder), { user: 'reader', password, tls });
    test.sources({ app: `${tls ? 'https' : 'http'}://${server.host}/app` }, 'subversion');
    return { test, server, login: `[${server.host}]\nusername = reader\npassword = ${password}\n` };
  }

  it('logs in with name and password, and gives the rows that the repository has', async () => {
    const { test, login } = await httpWorld(false);
    test.credentials(login);
    expect(await test.gather()).toMatchObject({ gathered: ['app'] });
    expect(test.messages()).toEqual(['Layout', 'One']);
    expect(test.rows('change_path')).toMatchObject([{ file: 'a', change_type: 'A', insertions: '1', deletions: '0' }]);
    expect(test.latest()).toEqual({ app: 2 });
    expect(test.logged).not.toContain('pass w');
  });

  it('names the options where the login is missing or wrong', async () => {
    const { test, server } = await httpWorld(false);
    expect(await test.gather()).toMatchObject({ failed: ['app'] });
    expect(test.logged).toContain(`${server.host} asks for a login; set username and password`);
    test.credentials(`[${server.host}]\nusername = reader\npassword = wrong\n`);
    expect(await test.gather()).toMatchObject({ failed: ['app'] });
    expect(test.logged).toContain(`${server.host} refuses the login of reader; correct username and password`);
  });

  it('refuses a certificate that nobody vouches for, takes it with unsafe_hosts, and where it is trusted', async () => {
    const { test, server, login } = await httpWorld(true);
    test.credentials(login);
    expect(await test.gather()).toMatchObject({ failed: ['app'] });
    expect(test.logged).toContain(`the certificate of ${server.host} is not trusted; unsafe_hosts in`);
    test.credentials(`${login}unsafe_hosts = yes\n`);
    expect(await test.gather()).toMatchObject({ gathered: ['app'] });
    expect(test.messages()).toEqual(['Layout', 'One']);
    test.setLatest({});
    test.credentials(login);
    expect(await test.gather({}, { SSL_CERT_FILE: server.certificate })).toMatchObject({ gathered: ['app'] });
    expect(test.messages()).toEqual(['Layout', 'One']);
  });
});

describeWith(
  [requirements.svn, requirements.svnserve, requirements.sshd, requirements.ssh],
  'Subversion over SSH',
  () => {
    it('logs in with the key of the option env, and refuses another', { timeout: 300_000 }, async () => {
      const server = await startSshd('sftp');
      onTestFinished(() => server.stop());
      const test = new GitWorld();
      const app = repositoryOf(test);
      const key = path.join(test.home, 'id key');
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
      const host = `127.0.0.1:${server.port}`;
      const options = `[${host}]\nenv = SVN_KEY\nusername.ssh = ${server.user}\n`;
      test.credentials(options);
      // With env, other schemes go over SSH too.
      test.sources({ ssh: `svn+ssh://${host}${app.folder}`, svn: `svn://${host}${app.folder}/trunk` }, 'subversion');
      expect(await test.gather({}, { SVN_KEY: key })).toMatchObject({ failed: expect.arrayContaining(['ssh', 'svn']) });
      expect(test.logged).toContain('refuses the SSH key; set env and username.ssh');
      await server.authorize(readFileSync(`${key}.pub`, 'utf8'));
      expect(await test.gather({}, { SVN_KEY: key })).toMatchObject({ failed: [] });
      expect(test.messages().toSorted()).toEqual(['Layout', 'Layout', 'One', 'One']);
      const logins = (): number => server.log().split('Accepted publickey').length - 1;
      const before = logins();
      test.credentials(`${options}share_ssh = yes\n`);
      test.setLatest({});
      expect(await test.gather({}, { SVN_KEY: key })).toMatchObject({ failed: [] });
      expect(logins() - before).toBe(1);
    });
  },
);
