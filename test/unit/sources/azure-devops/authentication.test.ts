import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { HttpRequest, HttpTransport } from '../../../../src/http/client.js';
import { HttpResponse } from '../../../../src/http/response.js';
import { proofOf } from '../../../../src/sources/azure-devops/authentication.js';

/** A server that knows one token, and would take an account by NTLM too. */
class Server implements HttpTransport {
  readonly asked: string[] = [];

  constructor(private readonly token: string) {}

  async request({ url, headers }: HttpRequest): Promise<HttpResponse> {
    const [scheme = '', proof = ''] = (headers?.['authorization'] ?? 'nothing').split(' ');
    this.asked.push(scheme);
    await sleep(scheme === 'NTLM' ? 20 : 5);
    const isKnown = scheme === 'Basic' && Buffer.from(proof, 'base64').toString().endsWith(`:${this.token}`);
    return new HttpResponse(url, isKnown ? 200 : 401, new Map([['www-authenticate', 'NTLM, Basic']]), '');
  }
}

async function ask(server: Server, password: string, pauses: readonly number[]): Promise<readonly number[]> {
  const account = { username: 'anyone', password, isToken: false };
  const proven = proofOf(account, 'challenged').apply(server, () => server);
  const url = new URL('http://tfs.example.org/');
  const answers = pauses.map(async (pause) => {
    await sleep(pause);
    return (await proven.request({ method: 'GET', url })).status;
  });
  return Promise.all(answers);
}

const count = (asked: readonly string[], scheme: string): number => asked.filter((one) => one === scheme).length;

it('finds out once that a password is a token, whatever is asked beside', async () => {
  const server = new Server('secret');
  expect(await ask(server, 'secret', [0, 0, 10, 22, 60])).toEqual([200, 200, 200, 200, 200]);
  expect(count(server.asked, 'NTLM')).toBe(1);
});

it('passes a refusal on to all where a password is wrong', async () => {
  const server = new Server('secret');
  expect(await ask(server, 'wrong', [0, 0, 10])).toEqual([401, 401, 401]);
  expect(count(server.asked, 'Basic')).toBe(1);
});
