import { describe, expect, it } from 'vitest';
import { placeUrl, resolvePlace } from '../../../../src/sources/azure-devops/place.js';
import type { LocationContext } from '../../../../src/sources/location.js';

type Sections = Readonly<Record<string, Readonly<Record<string, string>>>>;

function contextOf(sections: Sections = {}): LocationContext {
  const credentials = {
    file: 'credentials.cfg',
    hosts: Object.keys(sections),
    has: (host: string, option: string) => sections[host]?.[option] !== undefined,
    get: (host: string, option: string) => sections[host]?.[option],
  };
  return { credentials, environment: {}, followHostChange: true };
}

describe('the place of a source of Azure DevOps', () => {
  it.each([
    ['https://tfs.example.org/tfs/Main/Atlas/_git/Engine/', 'tfs', 'tfs/Main', 'Atlas', 'Engine'],
    ['https://tfs.example.org/tfs/Main/_git/Orion', 'tfs', 'tfs/Main', undefined, 'Orion'],
    ['https://dev.azure.com/nimbus/Sky%20Map/_git/my%20repo', 'tfs', 'nimbus', 'Sky%20Map', 'my%20repo'],
    ['https://dev.azure.com/nimbus/Sky%20Map', 'tfvc', 'nimbus', 'Sky%20Map', undefined],
    ['https://example.org/Vault', 'tfvc', '', 'Vault', undefined],
    ['git@ssh.dev.azure.com:v3/nimbus/Sky%20Map/charts', 'git', 'nimbus', 'Sky%20Map', 'charts'],
    ['ssh://tfs.example.org:22/tfs/Main/Atlas/_git/Engine', 'tfs', 'tfs/Main', 'Atlas', 'Engine'],
  ])('finds collection, project and repository in %s', (url, type, collection, project, repository) => {
    expect(resolvePlace(url, type, contextOf())).toMatchObject({ collection });
    const place = resolvePlace(url, type, contextOf());
    expect([place.project, place.repository]).toEqual([project, repository]);
  });

  it('has the API of SSH addresses where the web server is', () => {
    const context = contextOf({ 'tfs.example.org:22': { protocol: 'http', web_port: '8080' } });
    const place = resolvePlace('ssh://tfs.example.org:22/tfs/Main/Atlas/_git/Engine', 'tfs', context);
    expect(placeUrl(place)).toBe('http://tfs.example.org:8080/tfs/Main/Atlas');
    expect(resolvePlace('git@ssh.dev.azure.com:v3/nimbus/a/b', 'git', contextOf()).server).toBe(
      'https://dev.azure.com',
    );
  });

  it('sends unasked what is a token, of TFVC, or for the service', () => {
    const url = 'https://tfs.example.org/tfs/Main/Atlas/_git/Engine';
    const account = { username: 'EXAMPLE%5Cann', password: 'secret' };
    const proofOf = (type: string, options: Readonly<Record<string, string>>): string =>
      resolvePlace(url, type, contextOf({ 'tfs.example.org': options })).proof.name;
    expect(proofOf('tfs', {})).toBe('none');
    expect(proofOf('tfs', account)).toBe('challenged');
    expect(proofOf('tfvc', account)).toBe('basic');
    expect(proofOf('tfs', { ...account, tfs_token: 'token' })).toBe('basic');
    expect(proofOf('tfs', { password: 'token' })).toBe('basic');
    const service = contextOf({ 'dev.azure.com': account });
    expect(resolvePlace('https://dev.azure.com/a/b/_git/c', 'tfs', service).proof.name).toBe('basic');
  });

  it('gives Git the token too, with a user name', () => {
    const url = 'https://tfs.example.org/tfs/Main/Atlas/_git/Engine';
    const { location } = resolvePlace(url, 'tfs', contextOf({ 'tfs.example.org': { tfs_token: 'token' } }));
    expect([location.username, location.password]).toEqual(['token', 'token']);
    expect(location.url).not.toContain('token');
  });

  it.each(['/srv/repository.git', 'git@ssh.dev.azure.com:v2/a/b'])('refuses %s', (url) => {
    expect(() => resolvePlace(url, 'tfs', contextOf())).toThrow('Azure DevOps');
  });
});
