import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { KeyAndCertificate } from '../../src/controller/tls/self-signed.js';
import { requirements } from '../requirements.js';
import { temporaryFolder } from '../temporary-folder.js';
import { freePort } from './free-port.js';
import { serveUntilTestEnds } from './until-test-ends.js';

export const suffix = 'dc=example,dc=org';
export const manager = { dn: `cn=admin,${suffix}`, password: 'secret of the manager' };

/** Entries by their DN without the suffix; values by attribute. */
export type Entries = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export interface SlapdOptions {
  /** Lines of slapd.conf before the database. */
  readonly global?: readonly string[];
  /** Lines of slapd.conf for the database. */
  readonly database?: readonly string[];
  /** Lets it speak TLS, over ldaps:// and by StartTLS. */
  readonly identity?: KeyAndCertificate;
}

export interface Slapd {
  /** `127.0.0.1:port` */
  readonly host: string;
  readonly url: string;
  /** Undefined without an identity. */
  readonly secureUrl?: string;
}

const schemas = ['core', 'cosine', 'nis', 'inetorgperson'];

/** Starts OpenLDAP on a directory until the test ends. */
export async function startSlapd(entries: Entries, options: SlapdOptions = {}): Promise<Slapd> {
  const folder = temporaryFolder();
  const configuration = path.join(folder, 'slapd.conf');
  const directory = path.join(folder, 'directory.ldif');
  mkdirSync(path.join(folder, 'data'));
  writeFileSync(configuration, `${configure(folder, options).join('\n')}\n`);
  writeFileSync(directory, formatLdif({ ...skeleton, ...entries }));
  const program = requirements.slapd.find() ?? 'slapd';
  execFileSync(path.join(path.dirname(program), 'slapadd'), ['-f', configuration, '-l', directory]);
  const [port, securePort] = [await freePort(), await freePort()];
  const urls = [
    `ldap://127.0.0.1:${port}`,
    ...(options.identity === undefined ? [] : [`ldaps://127.0.0.1:${securePort}`]),
  ];
  await serveUntilTestEnds(program, ['-f', configuration, '-h', urls.join(' '), '-d', '0'], port);
  const [url = '', secureUrl] = urls;
  return { host: `127.0.0.1:${port}`, url, ...(secureUrl === undefined ? {} : { secureUrl }) };
}

const skeleton: Entries = {
  '': { objectClass: ['dcObject', 'organization'], o: ['Example'], dc: ['example'] },
  'ou=people': { objectClass: ['organizationalUnit'], ou: ['people'] },
  'ou=groups': { objectClass: ['organizationalUnit'], ou: ['groups'] },
};

function configure(folder: string, { global = [], database = [], identity }: SlapdOptions): readonly string[] {
  const find = (names: readonly string[], file: string): string =>
    names.find((name) => existsSync(path.join(name, file))) ?? '';
  const schemaFolder = find(['/etc/ldap/schema', '/etc/openldap/schema'], 'core.schema');
  const moduleFolder = find(['/usr/lib/ldap', '/usr/lib/openldap'], 'back_mdb.so');
  const key = path.join(folder, 'key.pem');
  const certificate = path.join(folder, 'certificate.pem');
  if (identity !== undefined) {
    writeFileSync(key, identity.key);
    writeFileSync(certificate, identity.certificate);
  }
  return [
    ...schemas.map((name) => `include ${schemaFolder}/${name}.schema`),
    ...(moduleFolder === '' ? [] : [`modulepath ${moduleFolder}`, 'moduleload back_mdb']),
    ...(identity === undefined ? [] : [`TLSCertificateFile ${certificate}`, `TLSCertificateKeyFile ${key}`]),
    ...global,
    'access to * by * read',
    ...['database mdb', 'maxsize 67108864', `suffix "${suffix}"`],
    ...[`rootdn "${manager.dn}"`, `rootpw "${manager.password}"`, `directory ${folder}/data`],
    ...database,
  ];
}

function formatLdif(entries: Entries): string {
  const encode = (text: string): string => Buffer.from(text).toString('base64');
  return Object.entries(entries)
    .map(([name, attributes]) => {
      const dn = name === '' ? suffix : `${name},${suffix}`;
      const values = Object.entries(attributes).flatMap(([attribute, texts]) =>
        texts.map((text) => `${attribute}:: ${encode(text)}`),
      );
      return [`dn:: ${encode(dn)}`, ...values, ''].join('\n');
    })
    .join('\n');
}
