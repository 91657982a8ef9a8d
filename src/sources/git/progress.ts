/** Reads the lines of progress that git writes to standard error, each ended by a carriage return or line feed. */
export class ProgressReader {
  private rest = '';

  /** @param report called with e.g. `Receiving objects: 45%, 1.20 MiB` */
  constructor(private readonly report: (text: string) => void) {}

  add(chunk: Buffer): void {
    const lines = `${this.rest}${chunk.toString('latin1')}`.split(/[\r\n]/);
    this.rest = (lines.pop() ?? '').slice(-200);
    const last = lines.findLast((line) => progressLine.test(line));
    if (last !== undefined) this.report(shorten(last));
  }
}

const progressLine = /^(?:remote: )?(?<stage>[A-Z][a-z]+ [a-z]+): +(?<percent>\d+%) \(\d+\/\d+\)(?<volume>, [^|,]+)?/;

function shorten(line: string): string {
  const { stage, percent, volume } = progressLine.exec(line)?.groups ?? {};
  return `${stage}: ${percent}${(volume ?? '').trimEnd()}`;
}

/** The messages of git without its lines of progress. */
export function withoutProgress(stderr: string): string {
  const lines = stderr.split(/[\r\n]+/).filter((line) => !/^(?:remote: )?[A-Z][a-z]+ [a-z]+: +\d+/.test(line));
  return lines.join('\n').trim();
}
