/** A regular expression that is malformed, not supported or too slow, or a replacement that does not fit it. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}
