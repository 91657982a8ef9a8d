import { Filter, FilterParser } from 'ldapts';
import { ConfigError } from '../../config/errors.js';

/** Makes the LDAP filter that finds the entry of a member from what its group has for it. */
export type SearchFilter = (member: string) => string;

const placeholder = /\{\{|\}\}|\{0?\}/g;

/**
 * Reads a template such as `uid={}`, where `{}` or `{0}` stands for the member, and two braces for one. What stands for
 * a member is escaped, so that it can mean nothing but itself.
 *
 * @param origin for messages
 * @throws {ConfigError} where it has no place for the member, or is no filter
 */
export function parseSearchFilter(template: string, origin: string): SearchFilter {
  const places = template.match(placeholder) ?? [];
  const hasMember = places.some((place) => place === '{}' || place === '{0}');
  const filter: SearchFilter = (member) => fill(template, member);
  if (!hasMember || /[{}]/.test(template.replaceAll(placeholder, '')) || !isFilter(filter('member'))) {
    throw new ConfigError(origin, `expected an LDAP filter such as uid={}, with {} for the member, not "${template}"`);
  }
  return filter;
}

function fill(template: string, member: string): string {
  const filter = template.replaceAll(placeholder, (place) => {
    if (place === '{{') return '{';
    return place === '}}' ? '}' : Filter.escape(member);
  });
  return filter.startsWith('(') ? filter : `(${filter})`;
}

function isFilter(text: string): boolean {
  try {
    FilterParser.parseString(text);
    return true;
  } catch {
    return false;
  }
}
