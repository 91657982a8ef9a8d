import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { describeWith, requirements } from '../requirements.js';
import { docker, image, root, run, succeed, tryDocker } from './support/docker.js';

/** Bytes that the image may add to the one that it is built on. */
const limit = 300_000_000;

/** The tracked files of this checkout, as a clean one has them. */
async function copyCheckout(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'gatherer-context-'));
  const files = await succeed('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z']);
  for (const file of files.split('\0').filter((name) => name !== '')) cpSync(join(root, file), join(folder, file));
  return folder;
}

async function build(folder: string, tag: string, ...words: readonly string[]) {
  return run('docker', ['build', '--quiet', '--tag', tag, ...words, '.'], { folder });
}

async function secondsOf(action: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await action();
  return (performance.now() - started) / 1000;
}

/** Digests of the layers of the stage that bundles, and of the image. */
async function layersOf(folder: string, tag: string): Promise<{ stage: readonly string[]; image: readonly string[] }> {
  expect((await build(folder, tag)).code).toBe(0);
  expect((await build(folder, `${tag}-stage`, '--target', 'build')).code).toBe(0);
  const [stage = [], whole = []] = (await docker('inspect', '--format', '{{json .RootFS.Layers}}', `${tag}-stage`, tag))
    .split('\n')
    .map((line) => z.array(z.string()).parse(JSON.parse(line)));
  return { stage, image: whole };
}

describeWith([requirements.docker, requirements.git], 'the image', () => {
  let folder: string;
  const tag = 'gros/data-gathering:test-context';

  beforeAll(async () => {
    folder = await copyCheckout();
  });

  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await tryDocker('rmi', '--force', tag, `${tag}-stage`);
  });

  it('adds no more than 300 MB to its base image', async ({ annotate }) => {
    const base = process.env['BASE_IMAGE'] ?? 'node:24-bookworm-slim';
    const sizes = await docker('image', 'inspect', '--format', '{{.Size}}', image, base);
    const [size = 0, baseSize = 0] = sizes.split('\n').map(Number);
    await annotate(`The image adds ${Math.round((size - baseSize) / 1e6)} MB`);
    expect(size - baseSize).toBeLessThan(limit);
  });

  it('runs as agent, with the programs that sources need, and without those of the build', async () => {
    const script = 'id -un; echo "$HOME"; git --version; svn --version --quiet; ssh -V 2>&1; gatherer --version';
    const output = await docker('run', '--rm', image, 'sh', '-c', script);
    expect(output).toMatch(/^agent\n\/home\/agent\ngit version .*\n[\d.]+\nOpenSSH_.*\n\d+\.\d+\.\d+/);
    const modules = await docker('run', '--rm', image, 'ls', '/opt/data-gathering/node_modules');
    expect(modules.split('\n')).toEqual(expect.not.arrayContaining(['typescript', 'vitest', '@biomejs']));
  });

  it('describes itself', async () => {
    const config: unknown = JSON.parse(await docker('inspect', '--format', '{{json .Config}}', image));
    expect(config).toMatchObject({
      ExposedPorts: { '7070/tcp': {} },
      Volumes: { '/home/agent/export': {}, '/home/agent/config': {}, '/home/agent/.ssh': {} },
      Healthcheck: { Test: ['CMD', '/home/agent/scraper/agent/health.sh'] },
      Labels: {
        'org.opencontainers.image.title': 'data-gathering',
        'org.opencontainers.image.licenses': 'Apache-2.0',
      },
    });
  });

  it('takes the version from a build argument, and otherwise from VERSION', async () => {
    const plain = (await succeed('cat', ['VERSION'])).trim();
    expect(await docker('run', '--rm', image, 'gatherer', '--version')).toBe(plain);
    const version = await succeed('npm', ['run', '-s', 'version-string']);
    expect(version).toMatch(new RegExp(`^${plain}-.+-[0-9a-f]{40}$`));
    expect((await build(folder, tag, '--build-arg', `VERSION=${version}`)).code).toBe(0);
    expect(await docker('run', '--rm', tag, 'gatherer', '--version')).toBe(version);
    expect(
      await docker('inspect', '--format', '{{index .Config.Labels "org.opencontainers.image.version"}}', tag),
    ).toBe(version);
    writeFileSync(join(folder, 'VERSION'), `${version}-over\n`);
    expect((await build(folder, tag)).code).toBe(0);
    expect(await docker('run', '--rm', tag, 'cat', 'VERSION')).toBe(`${version}-over`);
    expect(await docker('run', '--rm', tag, 'gatherer', '--version')).toBe(`${version}-over`);
  });

  it('has the env file and the certificates of the build context, and nothing secret of it', async () => {
    const mark = 'planted-8b1f1d';
    const planted = [
      ...['secrets.json', 'settings.cfg', 'credentials.cfg', '.env', '.ssh/id_rsa', 'config/env', 'data/salts.json'],
      ...['.git/config', 'node_modules/x/index.js', 'export/TEST/data_tag.json', 'project-git-repos/x/HEAD'],
      ...['certs/controller.key', 'certs/id_ed25519', 'src/secrets.json', 'src/export/data.json', 'scraper/.env.local'],
      ...['scraper/settings.cfg', 'samples/.git/config', 'samples/node_modules/x.js', 'docs/private.md', 'server.key'],
    ];
    for (const path of planted) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), `${mark} ${path}`);
    }
    writeFileSync(join(folder, 'env'), 'FROM_BUILD=yes\n');
    writeFileSync(join(folder, 'certs/controller.pem'), 'certificate');
    expect((await build(folder, tag)).code).toBe(0);
    const found = await tryDocker('run', '--rm', tag, 'grep', '-rlE', mark, '/home', '/opt', '/build', '/root', '/tmp');
    expect(found.stdout).toBe('');
    const script = 'cat certs/controller.pem; gatherer shell -- printenv FROM_BUILD';
    expect(await docker('run', '--rm', tag, 'sh', '-c', script)).toBe('certificateyes');
  });

  it('leaves a virtual environment named env out, and refuses a private key among the certificates', async () => {
    rmSync(join(folder, 'env'));
    mkdirSync(join(folder, 'env/bin'), { recursive: true });
    writeFileSync(join(folder, 'env/bin/python'), 'program');
    expect((await build(folder, tag)).code).toBe(0);
    expect(await docker('run', '--rm', tag, 'ls')).not.toMatch(/^(bin|env)$/m);
    writeFileSync(join(folder, 'certs/both.pem'), '-----BEGIN PRIVATE KEY-----\n');
    const { code, output } = await build(folder, tag);
    expect(code).not.toBe(0);
    expect(output).toContain('there is a private key in /home/agent/certs/both.pem');
  });

  it('takes all packages from the cache where only the sources changed', async ({ annotate }) => {
    rmSync(join(folder, 'certs/both.pem'));
    rmSync(join(folder, 'env'), { recursive: true });
    const before = await layersOf(folder, tag);
    writeFileSync(join(folder, 'src/added.ts'), 'export const added = 1;\n');
    const start = () => secondsOf(() => docker('run', '--rm', tag, 'gatherer', '--version'));
    const earlier = await start();
    const seconds = await secondsOf(() => build(folder, tag));
    const longest = Math.max(earlier, await start());
    const after = await layersOf(folder, tag);
    expect(after.stage).not.toEqual(before.stage);
    // What is made anew: the two folders of sources and the bundle; in the image the bundle, its install and the version.
    expect(after.stage.slice(0, -3)).toEqual(before.stage.slice(0, -3));
    expect(after.image.slice(0, -3)).toEqual(before.image.slice(0, -3));
    // A start of the image takes as much longer on a busy machine; on one with nothing else to do, this is a minute.
    await annotate(
      `The build after a change took ${seconds.toFixed(1)} s, a start of the image ${longest.toFixed(1)} s`,
    );
    expect(seconds / longest).toBeLessThan(80);
  });
});
