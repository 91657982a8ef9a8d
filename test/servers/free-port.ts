import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below what the kernel gives to connections and to servers that leave the choice to it. */
const lowest = 12_000;
const highest = 32_000;

const given = new Set<number>();

/**
 * A port of 127.0.0.1 that nothing listens on, for servers that cannot choose one themselves. It is chosen at random
 * where the kernel chooses none, since tests side by side would take one that was free a moment ago.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (!given.has(port) && (await isFree(port))) {
      given.add(port);
      return port;
    }
  }
  throw new Error('no free port');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
