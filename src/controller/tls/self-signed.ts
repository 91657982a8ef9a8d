import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { addressBytes } from '../../config/networks.js';
import {
  bitString,
  boolean,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  tagged,
  time,
  utf8String,
} from './der.js';

const ECDSA_WITH_SHA256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
const COMMON_NAME = '2.5.4.3';
const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1';

/** A private key and the certificate for it, both as PEM. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly certificate: string;
}

/**
 * Makes a key (ECDSA on P-256) and a certificate signed by it (X.509 version 3, RFC 5280), which vouches for a server
 * of the given names and for no other certificate.
 * @param names host names and IP addresses; the first is the subject
 */
export function createSelfSigned(names: readonly string[], notBefore: Date, notAfter: Date): KeyAndCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const subject = sequence(set(sequence(objectIdentifier(COMMON_NAME), utf8String((names[0] ?? '').slice(0, 64)))));
  const body = sequence(
    tagged(0, integer(Buffer.from([2])), 'constructed'),
    integer(serialNumber()),
    ECDSA_WITH_SHA256,
    subject,
    sequence(time(notBefore), time(notAfter)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, extensions(names, publicKey), 'constructed'),
  );
  const signature = bitString(sign('sha256', body, privateKey));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: pem('CERTIFICATE', sequence(body, ECDSA_WITH_SHA256, signature)),
  };
}

/** 127 random bits, the highest of them set: positive and of one length. */
function serialNumber(): Buffer {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
}

function extensions(names: readonly string[], publicKey: KeyObject): Buffer {
  const keyIdentifier = createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }).subarray(-65))
    .digest();
  return sequence(
    extension('2.5.29.19', sequence(), 'critical'),
    extension('2.5.29.15', bitString(Buffer.from([0x80]), 7), 'critical'),
    extension('2.5.29.37', sequence(objectIdentifier(SERVER_AUTHENTICATION))),
    extension('2.5.29.17', sequence(...names.map(alternativeName))),
    extension('2.5.29.14', octetString(keyIdentifier)),
    extension('2.5.29.35', sequence(tagged(0, keyIdentifier, 'primitive'))),
  );
}

function extension(identifier: string, value: Buffer, critical?: 'critical'): Buffer {
  const flag = critical === undefined ? [] : [boolean(true)];
  return sequence(objectIdentifier(identifier), ...flag, octetString(value));
}

function alternativeName(name: string): Buffer {
  return isIP(name) === 0
    ? tagged(2, Buffer.from(name, 'ascii'), 'primitive')
    : tagged(7, addressBytes(name), 'primitive');
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
