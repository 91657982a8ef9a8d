import { ConfigError } from '../../config/errors.js';

const monthNames = [
  ...['january', 'february', 'march', 'april', 'may', 'june'],
  ...['july', 'august', 'september', 'october', 'november', 'december'],
];
const shortNames = monthNames.map((name) => name.slice(0, 3));

/** What each code of `strptime` stands for. */
const codes: Readonly<Record<string, string>> = {
  Y: String.raw`(?<Y>\d{4})`,
  y: String.raw`(?<y>\d{2})`,
  m: '(?<m>1[0-2]|0[1-9]|[1-9])',
  d: '(?<d>3[01]|[12][0-9]|0[1-9]|[1-9]| [1-9])',
  B: `(?<B>${monthNames.join('|')})`,
  b: `(?<b>${shortNames.join('|')})`,
  j: String.raw`(?<j>36[0-6]|3[0-5]\d|[12]\d{2}|0[1-9]\d|00[1-9]|[1-9]\d|0[1-9]|[1-9])`,
  H: String.raw`(?<H>2[0-3]|[01]\d|\d)`,
  M: String.raw`(?<M>[0-5]\d|\d)`,
  S: String.raw`(?<S>6[01]|[0-5]\d|\d)`,
  '%': '%',
};

/** Finds the moment of a forecast in the name of its file: milliseconds since 1970, by the clock on the wall. */
export type ForecastDate = (name: string) => number | undefined;

/**
 * Reads a format of Python's `strptime`, such as `Seats_%Y-%m-%d.xlsx`.
 *
 * @throws {ConfigError} where it has a code twice, or one that is not known
 */
export function parseForecastFormat(format: string, file: string): ForecastDate {
  const pattern = compile(format, file);
  return (name) => {
    const groups = pattern.exec(name)?.groups;
    return groups === undefined ? undefined : momentOf(groups);
  };
}

function compile(format: string, file: string): RegExp {
  const source = format.replaceAll(/%(.)?|\s+|[\\^$.*+?()[\]{}|/]/gsu, (token, code: string | undefined) => {
    if (!token.startsWith('%')) return /^\s/.test(token) ? String.raw`\s+` : `\\${token}`;
    const known = codes[code ?? ''];
    if (known !== undefined) return known;
    throw new ConfigError(
      file,
      `option "filename": "${token}" is not supported; use %Y, %y, %m, %B, %b, %d, %j, %H, %M, %S`,
    );
  });
  try {
    return new RegExp(`^${source}$`, 'iu');
  } catch {
    throw new ConfigError(file, `option "filename": "${format}" has something twice`);
  }
}

function momentOf(groups: Readonly<Record<string, string | undefined>>): number | undefined {
  const number = (code: string, absent: number): number => Number(groups[code] ?? absent);
  const year = groups['y'] === undefined ? number('Y', 1900) : century(number('y', 0));
  const name = (groups['B'] ?? groups['b'])?.toLowerCase();
  const month = name === undefined ? number('m', 1) : shortNames.indexOf(name.slice(0, 3)) + 1;
  const clock = [number('H', 0), number('M', 0), number('S', 0)] as const;
  if (groups['j'] !== undefined) return Date.UTC(year, 0, number('j', 1), ...clock);
  const day = number('d', 1);
  const midnight = new Date(Date.UTC(year, month - 1, day));
  return midnight.getUTCDate() === day ? Date.UTC(year, month - 1, day, ...clock) : undefined;
}

/** As POSIX has it: from 1969 to 2068. */
function century(year: number): number {
  return year + (year < 69 ? 2000 : 1900);
}
