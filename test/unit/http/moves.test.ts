import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../src/http/client.js';
import { Moves } from '../../../src/http/moves.js';
import { HttpResponse } from '../../../src/http/response.js';

const base = new URL('http://ci.example.org/jenkins/');
const asked = new URL('http://ci.example.org/jenkins/api/json?tree=jobs');

function next(moves: Moves, location: string, method: HttpRequest['method'] = 'GET', url = asked): string | undefined {
  return moves.next(method, new HttpResponse(url, 302, new Map([['location', location]]), ''))?.href;
}

describe('a server that has moved to https', () => {
  it('is asked there from then on', () => {
    const moves = new Moves(base);
    expect(moves.current(asked).href).toBe(asked.href);
    const target = 'https://ci.example.org/jenkins/api/json?tree=jobs';
    expect(next(moves, target)).toBe(target);
    expect(moves.current(new URL('x', base)).href).toBe('https://ci.example.org/jenkins/x');
  });

  it('is sent a change again where nothing else has moved', () => {
    const start = new URL('http://ci.example.org/jenkins/job/a/build');
    const post = (location: string) => next(new Moves(base), location, 'POST', start);
    expect(post('https://ci.example.org/jenkins/job/a/build')).toBe('https://ci.example.org/jenkins/job/a/build');
    expect(post('https://ci.example.org/jenkins/job/b/build')).toBeUndefined();
    expect(post('http://ci.example.org/jenkins/job/a/build')).toBeUndefined();
  });

  it('is never another host, nor less safe than before', () => {
    const moves = new Moves(new URL('https://ci.example.org/jenkins/'));
    const secure = new URL('https://ci.example.org/jenkins/old');
    expect(next(moves, 'http://ci.example.org/jenkins/new', 'GET', secure)).toBe('https://ci.example.org/jenkins/new');
    expect(next(new Moves(base), 'https://elsewhere.example/jenkins/new')).toBe('http://ci.example.org/jenkins/new');
    expect(next(moves, 'https://ci.example.org/login', 'GET', secure)).toBeUndefined();
  });
});
