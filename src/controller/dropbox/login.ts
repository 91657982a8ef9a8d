import { timingSafeEqual } from 'node:crypto';
import type { AuthContext, PublicKeyAuthContext } from 'ssh2';
import ssh2 from 'ssh2';
import { parsePublicKey } from '../../ssh/public-key.js';

/** The OpenSSH form of the key that an agent registered; undefined where there is no such agent. */
export type FindPublicKey = (agentKey: string) => Promise<string | undefined> | string | undefined;

const userName = /^agent-([A-Z]{1,64})$/;

/** `proven`: the client has the key; `offered`: it asks whether the key would do. */
export type LoginVerdict =
  | { readonly kind: 'proven' | 'offered'; readonly agent: string }
  | { readonly kind: 'refused'; readonly reason: string };

function refused(reason: string): LoginVerdict {
  return { kind: 'refused', reason };
}

function sameBytes(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function isProven(context: PublicKeyAuthContext, registered: string): boolean {
  const key = ssh2.utils.parseKey(registered);
  if (key instanceof Error || context.blob === undefined || context.signature === undefined) {
    return false;
  }
  // The library returns an error object, not false, for a signature that it cannot read.
  const verified: unknown = key.verify(context.blob, context.signature, context.hashAlgo);
  return verified === true;
}

/** Decides on one authentication request: only the registered key of the agent that the user name says. */
export async function judgeLogin(
  context: AuthContext,
  findPublicKey: FindPublicKey,
  allowSha1: boolean,
): Promise<LoginVerdict> {
  const agent = userName.exec(context.username)?.[1];
  if (context.method !== 'publickey') {
    return refused('only keys are accepted');
  }
  if (agent === undefined) {
    return refused('no such user');
  }
  const registered = await findPublicKey(agent);
  if (registered === undefined) {
    return refused('no such agent');
  }
  if (!sameBytes(parsePublicKey(registered).blob, context.key.data)) {
    return refused('another key is registered');
  }
  if (context.key.algo === 'ssh-rsa' && context.hashAlgo === undefined && !allowSha1) {
    return refused('the client signs with SHA-1, which is not accepted: its SSH is older than OpenSSH 7.2');
  }
  if (context.signature === undefined) {
    return { kind: 'offered', agent };
  }
  return isProven(context, registered) ? { kind: 'proven', agent } : refused('the signature is wrong');
}
