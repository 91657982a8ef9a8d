/** A change of a metric, as the changelog words it. */
export interface Delta {
  readonly user: string;
  readonly key: string;
  readonly old: string;
  readonly new: string;
}

const sentence =
  /^(?<user>.*?) changed the (?<key>target|near_target|debt_target|comment|scale|direction) of metric '(?<rest>.*)'.$/s;
const report = "' in report '";
const from = "' from '";
const to = "' to '";

/**
 * Reads what a change was. The sentence quotes names and values as they are, with quotes and all, so that it cannot be
 * read by itself: that a change led to the value which is known to come after it tells where that value begins.
 *
 * @param valueAfter of a key, as the changelog has it
 * @returns undefined where it says something else
 */
export function readDelta(text: string, valueAfter: (key: string) => string | undefined): Delta | undefined {
  const { user, key, rest } = sentence.exec(text)?.groups ?? {};
  if (user === undefined || key === undefined || rest === undefined) return undefined;
  const nameEnd = rest.indexOf(from, Math.max(0, rest.indexOf(report)));
  if (nameEnd < 0) return undefined;
  const begin = nameEnd + from.length;
  const known = valueAfter(key);
  const ends = [known === undefined || !rest.endsWith(`${to}${known}`) ? -1 : rest.length - known.length - to.length];
  const end = [...ends, rest.lastIndexOf(to)].find((candidate) => candidate >= begin);
  return end === undefined ? undefined : { user, key, old: rest.slice(begin, end), new: rest.slice(end + to.length) };
}
