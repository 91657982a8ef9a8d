import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { KeyAndCertificate } from '../../src/controller/tls/self-signed.js';
import { ldapSource } from '../../src/sources/ldap/index.js';
import type { LdapOptions } from '../../src/sources/ldap/options.js';
import { describeWith, requirements } from '../requirements.js';
import { makeCertificate } from '../servers/https.js';
import { type Entries, manager, startSlapd, suffix } from '../servers/slapd.js';
import { StepWorld } from '../step-world.js';

function person(uid: string, attributes: Readonly<Record<string, readonly string[]>> = {}): Entries {
  const mail = [`${uid}@example.org`];
  const described = { objectClass: ['inetOrgPerson'], cn: [`Name of ${uid}`], sn: ['Name'], uid: [uid], mail };
  return { [`uid=${uid},ou=people`]: { ...described, ...attributes } };
}

function team(members: readonly string[], name = 'team'): Entries {
  const group = { objectClass: ['posixGroup'], gidNumber: ['1000'], cn: [name], memberUid: members };
  return { [`cn=${name},ou=groups`]: group };
}

interface Place {
  readonly url: string;
  /** Options of `[ldap]` in place of the usual ones. */
  readonly more?: Readonly<Record<string, string>>;
  readonly groups?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

function worldOf({ url, more = {}, groups = 'TEST = team', environment = {} }: Place): StepWorld {
  const options = {
    ...{ server: url, root_dn: suffix, search_filter: 'uid={}', group_attr: 'memberUid', display_name: 'cn' },
    ...{ manager_dn: manager.dn, manager_password: manager.password },
    ...more,
  };
  const lines = Object.entries(options).map(([name, value]) => `${name} = ${value}`);
  return new StepWorld(`[projects]\nTEST = Test\n[ldap]\n${lines.join('\n')}\n[groups]\n${groups}\n`, environment);
}

function certificateFile({ home }: StepWorld, { certificate }: KeyAndCertificate): string {
  const file = path.join(home, 'ca.pem');
  writeFileSync(file, certificate);
  return file;
}

async function membersOf(entries: Entries, options: LdapOptions = {}): Promise<readonly unknown[]> {
  const world = worldOf(await startSlapd(entries));
  await world.run(ldapSource(options));
  return world.rows('data_ldap.json').map(({ name }) => name);
}

describeWith([requirements.slapd], 'the source LDAP', () => {
  it('finds members whose names mean something in a filter', async () => {
    const odd = ['a*b', 'back\\slash', 'brackets()', '*', 'émile', ' spaces '];
    const entries = { ...person('a-and-b'), ...person('brackets') };
    const people = odd.map((uid, index) => person(`p${index}`, { uid: [`p${index}`, uid] }));
    const names = await membersOf(Object.assign({}, entries, team(odd), ...people));
    expect(names).toEqual(odd.map((_, index) => `p${index}`));
  });

  it('finds members by DNs with special characters', async () => {
    const names = ['Jansen\\, Jan', 'A \\+ B', 'C (extern) *'];
    const dns = names.map((name) => `cn=${name},ou=people,${suffix}`);
    const people = names.map((name, index) => ({
      [`cn=${name},ou=people`]: {
        ...{ objectClass: ['inetOrgPerson'], cn: [name.replaceAll('\\', '')], sn: ['Name'] },
        ...{ uid: [`p${index}`], mail: [`p${index}@example.org`] },
      },
    }));
    const group = { 'cn=team,ou=groups': { objectClass: ['groupOfNames'], cn: ['team'], member: dns } };
    const options = { groupAttribute: 'member', searchFilter: '(&(objectClass=person)(entryDN={0}))' };
    expect(await membersOf(Object.assign({}, group, ...people), options)).toEqual(['p0', 'p1', 'p2']);
  });

  it('takes a group whose name means something in a filter for nothing else', async () => {
    const entries = { ...person('one'), ...person('two'), ...team(['one'], 'a*'), ...team(['two'], 'ab') };
    expect(await membersOf(entries, { group: 'a*' })).toEqual(['one']);
  });

  it('does not mind the case of names of attributes, and takes the first of several values', async () => {
    const entries = {
      ...person('one', { mail: ['first@example.org', 'second@example.org'], cn: ['First', 'Second'] }),
      ...team(['ONE']),
    };
    const world = worldOf(await startSlapd(entries));
    await world.run(ldapSource({ groupAttribute: 'memberuid', displayName: 'CN', userId: 'UID', userEmail: 'Mail' }));
    expect(world.rows('data_ldap.json')).toEqual([{ name: 'one', display_name: 'First', email: 'first@example.org' }]);
  });

  it('finds the members of a large group at a server that gives little at once, each once', async () => {
    const uids = Array.from({ length: 1234 }, (_, index) => `u${index}`);
    const people = uids.map((uid) => person(uid, { uid: [uid, `alias-${uid}`] }));
    const entries = Object.assign({}, team([...uids, ...uids.map((uid) => `alias-${uid}`)]), ...people);
    const server = await startSlapd(entries, { database: ['sizelimit 50', 'limits * size.prtotal=unlimited'] });
    const world = worldOf({ url: server.url, more: { manager_dn: '-' } });
    await world.run(ldapSource());
    expect(new Set(world.rows('data_ldap.json').map(({ name }) => name))).toEqual(new Set(uids));
    expect(world.rows('data_ldap.json').length).toBe(uids.length);
  });

  it('leaves members without an address out, and names no member in the log', async () => {
    const world = worldOf(
      await startSlapd({ ...person('marked', { mail: [] }), ...person('kept'), ...team(['marked', 'kept']) }),
    );
    await world.run(ldapSource());
    expect(world.rows('data_ldap.json').map(({ name }) => name)).toEqual(['kept']);
    expect(world.logged).toContain('which are left out: 1');
    expect(world.logged).not.toMatch(/marked|kept/);
  });

  it('names the attribute that a member lacks, and not the member', async () => {
    const world = worldOf(await startSlapd({ ...person('marked'), ...team(['marked']) }));
    const failed = world.run(ldapSource({ displayName: 'displayName' }));
    await expect(failed).rejects.toThrow(/no attribute displayName.*\(!\(displayName=\*\)\)/);
    await expect(failed).rejects.not.toThrow(/marked/);
    expect(world.has('data_ldap.json')).toBe(false);
  });

  it('names the group that there is not', async () => {
    const world = worldOf(await startSlapd(team([])));
    await expect(world.run(ldapSource({ group: 'crew' }))).rejects.toThrow(`no group "crew" below ${suffix}`);
  });

  it('lists the groups where none is known, and leaves the files', async () => {
    const { url } = await startSlapd({ ...team([]), ...team([], 'crew') });
    const world = worldOf({ url, groups: '' });
    world.write('data_ldap.json', []);
    const { incomplete } = await world.run(ldapSource());
    expect(incomplete).toEqual([]);
    expect(world.logged).toContain('Known LDAP groups: team, crew');
    expect(world.read('data_ldap.json')).toEqual([]);
  });

  it('refuses a wrong password, and does not go on as nobody', async () => {
    const server = await startSlapd({ ...person('one'), ...team(['one']) });
    const world = worldOf({ url: server.url, more: { manager_password: 'wrong password' } });
    await expect(world.run(ldapSource())).rejects.toThrow(`does not let ${manager.dn} in`);
    const without = worldOf({ url: server.url, more: { manager_password: '-' } });
    await expect(without.run(ldapSource())).rejects.toThrow('"manager_password" of section [ldap] is not set');
    expect(world.logged + without.logged).not.toContain('wrong password');
  });

  it('follows no referral', async () => {
    const entries = {
      ...person('one'),
      ...team(['one']),
      'ou=elsewhere': {
        objectClass: ['referral', 'extensibleObject'],
        ou: ['elsewhere'],
        ref: ['ldap://127.0.0.1:1/ou=elsewhere'],
      },
    };
    const server = await startSlapd(entries);
    const world = worldOf(server);
    await world.run(ldapSource());
    expect(world.rows('data_ldap.json').length).toBe(1);
    expect(world.logged).toContain('references to other LDAP servers were not followed');
    const away = worldOf({ url: server.url, more: { root_dn: `ou=elsewhere,${suffix}` } });
    await expect(away.run(ldapSource())).rejects.toThrow('refers to another server, which is not followed');
  });

  it('gives up a server that says nothing, when it is told to stop', async () => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    onTestFinished(() => void server.close());
    const port = typeof address === 'object' ? address?.port : undefined;
    const world = worldOf({ url: `ldap://127.0.0.1:${port}` });
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('stopped')), 300);
    await expect(world.run(ldapSource(), { signal: stop.signal })).rejects.toThrow();
  });

  it('says what is wrong with the address', async () => {
    const world = worldOf({ url: 'ldap://127.0.0.1:1' });
    await expect(world.run(ldapSource())).rejects.toThrow('127.0.0.1:1: the connection was refused');
    const denied = worldOf({
      url: 'ldap://127.0.0.1:1',
      environment: { GATHERER_URL_BLACKLIST: 'ldap://127.0.0.1' },
    });
    await expect(denied.run(ldapSource())).rejects.toThrow('GATHERER_URL_BLACKLIST');
    await expect(world.run(ldapSource({ searchFilter: 'uid=x' }))).rejects.toThrow('with {} for the member');
  });
});

describeWith([requirements.slapd], 'the source LDAP over TLS', () => {
  const entries = { ...person('one'), ...team(['one']) };
  const requireTls = { global: ['security ssf=128'] };

  it.each(['ldaps', 'StartTLS'])('gathers over %s with a certificate that is trusted', async (way) => {
    const identity = makeCertificate();
    const server = await startSlapd(entries, { identity, ...requireTls });
    const url = (way === 'ldaps' ? server.secureUrl : server.url) ?? '';
    const world = worldOf({ url, more: { cert: '/nowhere', start_tls: way === 'ldaps' ? '-' : 'true' } });
    await expect(world.run(ldapSource())).rejects.toThrow(/file \/nowhere .*cannot be read/);
    const file = certificateFile(world, identity);
    const trusting = worldOf({ url, more: { cert: file, start_tls: way === 'ldaps' ? '-' : 'true' } });
    await trusting.run(ldapSource());
    expect(trusting.rows('data_ldap.json').length).toBe(1);
  });

  it.each(['ldaps', 'StartTLS'])('refuses over %s what is not trusted, or is for another host', async (way) => {
    const server = await startSlapd(entries, { identity: makeCertificate() });
    const url = (way === 'ldaps' ? server.secureUrl : server.url) ?? '';
    const more = { start_tls: 'true' };
    const world = worldOf({ url, more });
    await expect(world.run(ldapSource())).rejects.toThrow(/its certificate/);
    world.configure('credentials.cfg', `[${new URL(url).host}]\nunsafe_hosts = true\n`);
    await world.run(ldapSource());
    expect(world.logged).toContain('its certificate is not verified');
    const other = makeCertificate(['ldap.example.org']);
    const elsewhere = await startSlapd(entries, { identity: other });
    const file = certificateFile(world, other);
    const address = (way === 'ldaps' ? elsewhere.secureUrl : elsewhere.url) ?? '';
    const wrong = worldOf({ url: address, more: { ...more, cert: file } });
    await expect(wrong.run(ldapSource())).rejects.toThrow('for another host name');
  });

  it('sends no password where StartTLS is wanted and the server has none', async () => {
    const server = await startSlapd(entries);
    const world = worldOf({ url: server.url, more: { start_tls: 'true' } });
    await expect(world.run(ldapSource())).rejects.toThrow(/refuses|TLS/);
    expect(world.has('data_ldap.json')).toBe(false);
  });

  it('says where a server wants encryption', async () => {
    const server = await startSlapd(entries, { identity: makeCertificate(), ...requireTls });
    await expect(worldOf(server).run(ldapSource())).rejects.toThrow(/confidential/i);
  });
});
