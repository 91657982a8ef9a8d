const msPerDay = 86_400_000;
/** The day 0 of both ways to count. Of the first 59 days of 1900, the count is one ahead: it has a 29 February 1900. */
const firstDays = { 1900: Date.UTC(1899, 11, 30), 1904: Date.UTC(1904, 0, 1) } as const;
/** The last day of the year 9999, the last one that spreadsheets know. */
const lastDay = 2_958_466;

/**
 * The date that spreadsheets show for a number of days, as milliseconds since 1970 by the clock on the wall. Undefined
 * where it is none.
 */
export function dateOf(days: number, since1904: boolean): number | undefined {
  if (!(days > 0) || days >= lastDay) return undefined;
  const early = !since1904 && days < 60 ? 1 : 0;
  return Math.round((days + early) * msPerDay) + firstDays[since1904 ? 1904 : 1900];
}
