import type { WebAddress } from './web-address.js';

const patience = 4_000;

/**
 * Asks the agent of this machine whether it is alive.
 *
 * @returns what is wrong with it, undefined for nothing
 */
export async function agentProblem({ listen, port }: WebAddress): Promise<string | undefined> {
  const host = ['0.0.0.0', '::', ''].includes(listen) ? '127.0.0.1' : listen;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/healthz`;
  try {
    const { ok, status } = await fetch(url, { signal: AbortSignal.timeout(patience) });
    return ok ? undefined : `${url} answers ${status}`;
  } catch (error) {
    return `${url} does not answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}
