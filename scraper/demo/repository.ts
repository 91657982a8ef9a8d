import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { packageFolder } from '../../src/config/version.js';

/** What the demo gathers. */
export interface DemoRepository {
  readonly name: string;
  readonly url: string;
  /** How to speak of it. */
  readonly description: string;
}

/**
 * The repository that was asked for; without one the checkout that the program runs from, or the bundled sample.
 *
 * @param given a path or a URL
 * @param folder where the sample is unpacked
 * @throws Error where the path holds no repository, or git cannot be run
 */
export async function findRepository(given: string | undefined, folder: string): Promise<DemoRepository> {
  if (given !== undefined) {
    return given.includes('://') ? remote(given) : local(resolve(given), given);
  }
  const checkout = packageFolder();
  if (existsSync(join(checkout, '.git'))) {
    return local(checkout, 'this checkout');
  }
  return unpackSample(join(checkout, 'samples', 'webshop.fast-import'), join(folder, 'webshop.git'));
}

function remote(url: string): DemoRepository {
  const name = new URL(url).pathname
    .split('/')
    .at(-1)
    ?.replace(/\.git$/, '');
  return { name: name || 'repository', url, description: url };
}

function local(path: string, description: string): DemoRepository {
  if (!existsSync(join(path, '.git')) && !existsSync(join(path, 'objects'))) {
    throw new Error(`${path} holds no Git repository; give --repo the path of a checkout, a bare repository or a URL`);
  }
  const name = path
    .split(/[\\/]/)
    .at(-1)
    ?.replace(/\.git$/, '');
  return { name: name || 'repository', url: pathToFileURL(path).href, description: `${description} (${path})` };
}

async function unpackSample(stream: string, folder: string): Promise<DemoRepository> {
  if (!existsSync(folder)) {
    await git(['init', '--quiet', '--bare', '--initial-branch', 'main', folder]);
    await git(['-C', folder, 'fast-import', '--quiet'], stream);
  }
  return { name: 'webshop', url: pathToFileURL(folder).href, description: `the bundled sample (${folder})` };
}

async function git(words: readonly string[], input?: string): Promise<void> {
  const child = spawn('git', [...words], { stdio: ['pipe', 'ignore', 'inherit'] });
  const closed = once(child, 'close');
  if (input === undefined) child.stdin.end();
  else await pipeline(createReadStream(input), child.stdin);
  const [code] = await closed;
  if (code !== 0) throw new Error(`git ${words.join(' ')} ended with status ${code}`);
}
