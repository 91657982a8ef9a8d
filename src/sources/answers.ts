import { z } from 'zod';
import type { LocalTime } from '../tables/local-time.js';

/** Moments in answers of APIs are ISO 8601 with an offset. */
export const moment = z.string().refine((text) => !Number.isNaN(Date.parse(text)), { error: 'is no moment' });

export const optionalText = z.string().nullish();

/** What a row has in place of something that is not known. */
export const unknown = '0';

/** What the rows of one source have in common. */
export interface RowContext {
  /** Name of the source, `repo_name` of each row. */
  readonly repository: string;
  readonly time: LocalTime;
}

/** Text from JSON may hold halves of surrogate pairs, which no UTF-8 can. */
export function plain(text: string | null | undefined, missing = ''): string {
  return text?.replace(/\p{Surrogate}/gu, '?') ?? missing;
}

/** Seconds since 1970. */
export function secondOf(moment: string): number {
  return Math.floor(Date.parse(moment) / 1000);
}

/** A moment of an answer as rows have it. */
export function local(moment: string, { time }: RowContext): string {
  return time.format(secondOf(moment));
}
