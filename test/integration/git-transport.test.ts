import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { GitWorld } from '../git-world.js';
import { describeWith, requirements } from '../requirements.js';
import { serveGit, serveHttp } from '../servers/git-servers.js';
import { startSshd } from '../servers/sshd.js';

const password = 'p@ss w:rd/?1%41';

/** A world with one repository upstream, `app.git`, that has one commit. */
function world(): GitWorld {
  const test = new GitWorld();
  test.upstream('app.git').commit('One');
  return test;
}

const upstreamRoot = (test: GitWorld): string => path.join(test.home, 'upstream');

/** All that is left of a run: files of the clone and of the export, and the log. */
function traces(test: GitWorld): string {
  const files = [test.repositories, test.exported].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1')),
  );
  return [test.logged, ...files].join('\n');
}

describeWith([requirements.git], 'git over http', () => {
  it('hands user name and password over where the server asks, and leaves no trace of them', async () => {
    const test = world();
    const host = await serveHttp(upstreamRoot(test), { user: 'reader', password });
    test.sources({ app: `http://${host}/app.git` });
    test.credentials(`[${host}]\nusername = reader\npassword = ${password}\n`);
    expect(await test.gather()).toMatchObject({ gathered: ['app'] });
    test.upstream('app.git').commit('Two');
    expect(await test.gather()).toMatchObject({ gathered: ['app'] });
    expect(test.messages()).toEqual(['Two']);
    expect(traces(test)).not.toContain('p@ss');
    expect(traces(test)).not.toContain(encodeURIComponent(password));
  });

  it('fails at once, without asking a person, where the password is wrong or lacking', async () => {
    const test = world();
    const host = await serveHttp(upstreamRoot(test), { user: 'reader', password });
    test.sources({ app: `http://${host}/app.git`, embedded: `http://reader:wr0ng-one@${host}/app.git` });
    test.credentials(`[${host}]\nusername = reader\n`);
    expect((await test.gather()).failed).toHaveLength(2);
    expect(test.logged).not.toContain('wr0ng-one');
  });

  it('gives the password to no other host that it is redirected to', async () => {
    const test = world();
    const other = await serveHttp(upstreamRoot(test), { user: 'reader', password });
    const redirecting = createServer((request, response) => {
      response.writeHead(302, { location: `http://${other}${request.url}` }).end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void redirecting.close());
    await once(redirecting, 'listening');
    const address = redirecting.address();
    const host = `127.0.0.1:${typeof address === 'object' ? address?.port : address}`;
    test.sources({ app: `http://${host}/app.git` });
    test.credentials(`[${host}]\nusername = reader\npassword = ${password}\n`);
    expect((await test.gather()).failed).toEqual(['app']);
    expect(test.logged).toContain('could not read Username');
  });

  it('works on through the variables that a user gave git', async () => {
    const test = world();
    const host = await serveHttp(upstreamRoot(test), { user: 'reader', password });
    test.sources({ app: `http://nowhere.invalid/app.git` });
    test.credentials(`[${host}]\nusername = reader\npassword = ${password}\n[nowhere.invalid]\nhost = ${host}\n`);
    const own = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'http.userAgent', GIT_CONFIG_VALUE_0: 'test' };
    expect((await test.gather({}, own)).gathered).toEqual(['app']);
    expect((await test.gather({ followHostChange: false }, own)).failed).toEqual(['app']);
  });
});

describeWith([requirements.git, requirements.openssl], 'git over https', () => {
  it('refuses a certificate that nobody vouches for, unless unsafe_hosts is set, and says so', async () => {
    const test = world();
    const host = await serveHttp(upstreamRoot(test), { tls: test.home });
    test.sources({ app: `https://${host}/app.git` });
    expect((await test.gather()).failed).toEqual(['app']);
    expect(test.logged).toMatch(/app failed.*certificate/);
    test.credentials(`[${host}]\nunsafe_hosts = yes\n`);
    expect((await test.gather()).gathered).toEqual(['app']);
    expect(test.logged).toMatch(/unsafe_hosts is set for/);
  });

  it.each(['GIT_SSL_CAINFO', 'SSL_CERT_FILE'])(
    'takes the certificate that %s names, with credentials',
    async (name) => {
      const test = world();
      const host = await serveHttp(upstreamRoot(test), { tls: test.home, user: 'reader', password });
      test.sources({ app: `https://${host}/app.git` });
      test.credentials(`[${host}]\nusername = reader\npassword = ${password}\n`);
      const authority = { GIT_SSL_CAINFO: undefined, [name]: path.join(test.home, 'tls.pem') };
      expect((await test.gather({}, authority)).gathered).toEqual(['app']);
      expect(test.messages()).toEqual(['One']);
    },
  );
});

describeWith([requirements.git], 'git over its own protocol', () => {
  it('clones and fetches', async () => {
    const test = world();
    test.sources({ app: `git://${await serveGit(upstreamRoot(test))}/app.git` });
    expect((await test.gather()).gathered).toEqual(['app']);
    test.upstream('app.git').commit('Two');
    await test.gather();
    expect(test.messages()).toEqual(['Two']);
  });
});

describeWith([requirements.git, requirements.sshd, requirements.ssh], 'git over ssh', () => {
  async function sshWorld() {
    const test = world();
    const server = await startSshd('sftp');
    onTestFinished(() => server.stop());
    const key = path.join(test.home, "it's a key");
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    await server.authorize(readFileSync(`${key}.pub`, 'utf8').trim());
    const url = `ssh://127.0.0.1:${server.port}${test.upstream('app.git').folder}`;
    test.sources({ app: url });
    test.credentials(`[127.0.0.1:${server.port}]\nenv = DEPLOY_KEY\nusername = ${server.user}\n`);
    return { test, server, variables: { DEPLOY_KEY: key } };
  }

  it('uses the key that env names, learns the host key, and fetches', async () => {
    const { test, server, variables } = await sshWorld();
    expect((await test.gather({}, variables)).gathered).toEqual(['app']);
    test.upstream('app.git').commit('Two');
    expect((await test.gather({}, variables)).gathered).toEqual(['app']);
    expect(test.messages()).toEqual(['Two']);
    expect(readFileSync(path.join(test.home, '.ssh/known_hosts'), 'utf8')).toContain(server.hostKeys[0]?.split(' ')[1]);
  });

  it('refuses a host key that has changed, unless unsafe_hosts is set', async () => {
    const { test, server, variables } = await sshWorld();
    await test.gather({}, variables);
    test.upstream('app.git').commit('Two');
    const hosts = path.join(test.home, '.ssh/known_hosts');
    const other = readFileSync(path.join(test.home, "it's a key.pub"), 'utf8').split(' ').slice(0, 2).join(' ');
    writeFileSync(hosts, `[127.0.0.1]:${server.port} ${other}\n`);
    expect((await test.gather({}, variables)).failed).toEqual(['app']);
    expect(test.logged).toMatch(/app failed.*Host key verification failed/);
    const section = `[127.0.0.1:${server.port}]\nenv = DEPLOY_KEY\nusername = ${server.user}\n`;
    test.credentials(`${section}unsafe_hosts = yes\n`);
    expect((await test.gather({}, variables)).gathered).toEqual(['app']);
    expect(test.messages()).toEqual(['Two']);
  });

  it('fails at once where the key is refused, and names the variable of a key that is not set', async () => {
    const { test, server, variables } = await sshWorld();
    await server.authorize('');
    expect((await test.gather({}, variables)).failed).toEqual(['app']);
    expect((await test.gather({}, { SSH_AUTH_SOCK: undefined })).failed).toEqual(['app']);
    expect(test.logged).toContain('env = DEPLOY_KEY: that variable is not set');
  });

  it('shares one connection with share_ssh, whose socket no one else can reach, and ends it', {
    timeout: 300_000,
  }, async () => {
    const { test, server, variables } = await sshWorld();
    const urls = ['app.git', 'b.git', 'c.git'].map((name, index) => {
      const upstream = test.upstream(name);
      if (index > 0) upstream.commit(name);
      return [`app${index}`, `ssh://127.0.0.1:${server.port}${upstream.folder}`] as const;
    });
    test.sources(Object.fromEntries(urls));
    const program = path.join(test.home, 'ssh');
    const note = `for word in "$@"; do case $word in ControlPath=*) stat -c '%a %n' "$(dirname "\${word#*=}")" ;; esac; done`;
    writeFileSync(program, `#!/bin/sh\n(${note}) >> '${test.home}/folders'\nexec ssh "$@"\n`, { mode: 0o755 });
    const section = `[127.0.0.1:${server.port}]\nenv = DEPLOY_KEY\nusername = ${server.user}\n`;
    const logins = (): number => server.log().split('Accepted publickey').length - 1;
    test.credentials(`${section}share_ssh = yes\n`);
    expect((await test.gather({}, { ...variables, GIT_SSH_COMMAND: program })).failed).toEqual([]);
    expect(test.messages().toSorted()).toEqual(['One', 'b.git', 'c.git']);
    expect(logins()).toBe(1);
    const folders = new Set(readFileSync(path.join(test.home, 'folders'), 'utf8').trim().split('\n'));
    expect([...folders]).toEqual([expect.stringMatching(/^700 \/.*\/gatherer-ssh-/)]);
    expect(existsSync([...folders].join('').slice('700 '.length))).toBe(false);
    test.credentials(section);
    await test.gather({}, variables);
    expect(logins()).toBeGreaterThan(3);
  });

  it('connects by itself, with a warning, where no connection can be shared', async () => {
    const { test, server, variables } = await sshWorld();
    test.credentials(`[127.0.0.1:${server.port}]\nenv = DEPLOY_KEY\nusername = ${server.user}\nshare_ssh = yes\n`);
    const program = path.join(test.home, 'ssh');
    const noMaster = 'for word in "$@"; do [ "$word" = -M ] && exit 255; done';
    writeFileSync(program, `#!/bin/sh\n${noMaster}\nexec ssh "$@"\n`, { mode: 0o755 });
    expect((await test.gather({}, { ...variables, GIT_SSH_COMMAND: program })).gathered).toEqual(['app']);
    expect(test.logged).toContain('share_ssh: no connection could be shared');
  });

  it('goes over ssh with the port of the options where the source has a URL of https', async () => {
    const { test, server, variables } = await sshWorld();
    test.sources({ app: `https://127.0.0.1/prefix${test.upstream('app.git').folder}` });
    const options = ['env = DEPLOY_KEY', `username.ssh = ${server.user}`, 'username = web', `port = ${server.port}`];
    test.credentials(`[127.0.0.1]\n${options.join('\n')}\nstrip = prefix\n`);
    expect((await test.gather({}, variables)).gathered).toEqual(['app']);
  });
});
