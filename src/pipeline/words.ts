/** The words of a variable that lists names or options; as a shell has them without quotes. */
export function wordsOf(text: string | undefined): readonly string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}
