import type { z } from 'zod';
import { HttpError, publicUrl } from './errors.js';

const maximumQuote = 200;

/** An answer, read to its end. */
export class HttpResponse {
  constructor(
    readonly url: URL,
    readonly status: number,
    /** Names in lower case; of a repeated header the values joined by commas. */
    readonly headers: ReadonlyMap<string, string>,
    readonly text: string,
  ) {}

  get contentType(): string {
    return (this.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  }

  /** This answer where the server says later (304) that it has not changed, with the headers of then. */
  refreshedBy({ headers }: HttpResponse): HttpResponse {
    return new HttpResponse(this.url, this.status, new Map([...this.headers, ...headers]), this.text);
  }

  /** The body as a value, checked against a schema. Throws {HttpError} of failure `format`. */
  json<T>(schema: z.ZodType<T>): T {
    return this.check(this.value(), schema);
  }

  /** A value of the body, checked against a schema. Throws {HttpError} of failure `format`. */
  check<T>(value: unknown, schema: z.ZodType<T>): T {
    const result = schema.safeParse(value);
    if (!result.success) {
      const where = result.error.issues.map((issue) => `${issue.path.join('.') || 'document'}: ${issue.message}`);
      throw this.formatError(`is not of the expected form (${where.slice(0, 3).join('; ')})`);
    }
    return result.data;
  }

  /** What a status other than the expected one means, for a log. Only plain text is quoted: JSON may hold secrets. */
  statusError(): HttpError {
    const firstLine = this.text.trim().split('\n', 1)[0] ?? '';
    const quote = this.contentType === 'text/plain' && firstLine !== '' ? `: ${firstLine.slice(0, maximumQuote)}` : '';
    return new HttpError('status', `HTTP error ${this.status} from ${publicUrl(this.url)}${quote}`, this.status);
  }

  /** The body as JSON. Throws {HttpError} of failure `format`. */
  value(): unknown {
    try {
      return JSON.parse(this.text);
    } catch {
      if (this.contentType === 'text/html' || this.text.trimStart().startsWith('<')) {
        const reason = 'a proxy or a login page may stand in between, or the host is another one';
        throw this.formatError(`is an HTML page instead of JSON; ${reason}`);
      }
      throw this.formatError('is not JSON', this.contentType.endsWith('json') ? 'incomplete' : 'format');
    }
  }

  private formatError(reason: string, failure: 'format' | 'incomplete' = 'format'): HttpError {
    const message = `The answer of ${publicUrl(this.url)} (status ${this.status}) ${reason}`;
    return new HttpError(failure, message, this.status);
  }
}
