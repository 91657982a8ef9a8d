import { beforeAll, describe, expect, it } from 'vitest';
import { generateKey } from '../../src/ssh/private-key.js';
import { formatPublicKey } from '../../src/ssh/public-key.js';
import { fill, type Placeholders, setUpBench } from '../agent-bench.js';
import { makeCertificate } from '../servers/https.js';
import { changeCase, exchangesOf, readTranscript, type WireCase } from '../wire.js';

const identity = makeCertificate();
let placeholders: Placeholders;

beforeAll(async () => {
  const { privateText, publicKey } = await generateKey('rsa', 'agent for the TEST project', 2048);
  const [, key = ''] = formatPublicKey(publicKey).split(' ');
  placeholders = {
    ...{ OPENSSH_PRIVATE_KEY: privateText.trimEnd(), PUBLIC_KEY: key },
    ...{ HOST_KEY: 'AAAAC3NzaC1lZDI1NTE5AAAAI', OLD_KEY: 'AAAAB3NzaC1yc2EAAAADAQABAAABAQ' },
  };
});

/** The transcript has one name for all key material, and the original told keys apart by their comments. */
function withOtherKeys(text: string): string {
  return text.replace(/\{\{PUBLIC_KEY\}\} (?=old|other)/g, '{{OLD_KEY}} ');
}

/** The same case with GitLab on this machine, and over https: the original speaks http unless it is told otherwise. */
function onThisMachine(wire: WireCase): WireCase {
  return changeCase(wire, (text) =>
    withOtherKeys(text)
      .replaceAll('http://gitlab', 'https://gitlab')
      .replaceAll('gitlab2.example.org', '127.0.0.1:{{PORT}}')
      .replaceAll('gitlab.example.org', 'localhost:{{PORT}}')
      .replaceAll('/home/agent/', '{{FOLDER}}/'),
  );
}

describe('the public key at GitLab on the wire', () => {
  const transcript = readTranscript('generate_key_sources');

  it.each(transcript.cases.map((wire) => [wire.name, wire] as const))('%s', async (_name, wire) => {
    const bench = await setUpBench(onThisMachine(wire), {
      identity,
      certificate: identity.certificate,
      placeholders,
      settings: transcript['settings.cfg'],
      environment: { SSL_CERT_FILE: '{{FOLDER}}/certs/controller.crt' },
    });
    expect(await bench.run()).toBe(wire.exit_code);
    const expected = exchangesOf(wire).map(({ request }) => ({ ...request, json: request.json ?? null }));
    const received = bench.controller.requests.map(({ method, path, query, body }) => {
      const json: unknown = body === '' ? null : JSON.parse(body);
      return { method, path, query, json };
    });
    const own = received.findLast(({ json }) => json !== null)?.json;
    const key = typeof own === 'object' && own !== null && 'key' in own ? String(own.key) : '';
    const sent = JSON.stringify(
      expected.map(({ method, path, query, json }) => ({ method, path, query, json })),
    ).replaceAll(
      'ssh-rsa {{PUBLIC_KEY}} agent for the TEST project',
      key || fill('ssh-rsa {{PUBLIC_KEY}} agent for the TEST project', placeholders),
    );
    expect(received).toEqual(JSON.parse(sent));
  });
});
