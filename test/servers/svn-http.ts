import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { apacheModules, requirements } from '../programs.js';
import { temporaryFolder } from '../temporary-folder.js';
import { freePort } from './free-port.js';
import { makeCertificate } from './https.js';
import { serveUntilTestEnds } from './until-test-ends.js';

export interface SvnHttpOptions {
  readonly user: string;
  readonly password: string;
  /** Whether it speaks https, with a certificate for localhost that no authority has signed. */
  readonly tls?: boolean;
}

export interface SvnHttpServer {
  /** `localhost:port` */
  readonly host: string;
  /** File of the certificate (PEM). */
  readonly certificate: string;
}

/** Serves the Subversion repositories of a folder by Apache, to one user, until the test ends. */
export async function serveSvnHttp(root: string, options: SvnHttpOptions): Promise<SvnHttpServer> {
  const program = requirements.apacheWithSvn.find();
  if (program === undefined) throw new Error('no apache2 with mod_dav_svn on this machine');
  const folder = temporaryFolder();
  const port = await freePort();
  const certificate = path.join(folder, 'server.pem');
  writeUsers(folder, options);
  if (options.tls === true) writeIdentity(folder, certificate);
  writeFileSync(path.join(folder, 'apache.conf'), configuration(folder, root, port, options));
  // Where the test is run by root, Apache reads by a user who may enter neither folder.
  for (const place of [folder, path.dirname(root)]) chmodSync(place, 0o755);
  execFileSync('chmod', ['-R', 'a+rX', root]);
  await serveUntilTestEnds(program, ['-D', 'FOREGROUND', '-f', path.join(folder, 'apache.conf')], port);
  return { host: `localhost:${port}`, certificate };
}

function writeUsers(folder: string, { user, password }: SvnHttpOptions): void {
  const hash = execFileSync('openssl', ['passwd', '-apr1', '-stdin'], { input: password, encoding: 'utf8' }).trim();
  writeFileSync(path.join(folder, 'users'), `${user}:${hash}\n`);
}

function writeIdentity(folder: string, certificate: string): void {
  const identity = makeCertificate();
  writeFileSync(certificate, identity.certificate);
  writeFileSync(path.join(folder, 'server.key'), identity.key);
}

function configuration(folder: string, root: string, port: number, { tls }: SvnHttpOptions): string {
  const modules = ['mpm_event', 'authn_core', 'authn_file', 'authz_core', 'authz_user', 'auth_basic', 'dav', 'dav_svn'];
  return [
    `ServerRoot ${folder}`,
    'ServerName localhost',
    `PidFile ${folder}/pid`,
    `DefaultRuntimeDir ${folder}`,
    `ErrorLog ${folder}/error.log`,
    `Listen 127.0.0.1:${port}`,
    'User nobody',
    'Group nogroup',
    ...[...modules, ...(tls === true ? ['ssl'] : [])].map(
      (name) => `LoadModule ${name}_module ${apacheModules}/mod_${name}.so`,
    ),
    ...(tls === true
      ? ['SSLEngine on', `SSLCertificateFile ${folder}/server.pem`, `SSLCertificateKeyFile ${folder}/server.key`]
      : []),
    '<Location />',
    '  DAV svn',
    `  SVNParentPath ${root}`,
    '  AuthType Basic',
    '  AuthName "The repositories"',
    `  AuthUserFile ${folder}/users`,
    '  Require valid-user',
    '</Location>',
    '',
  ].join('\n');
}
