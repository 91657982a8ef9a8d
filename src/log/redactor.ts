const mask = '***';

// Everything that gives itself away by its form, whoever it belongs to.
const userinfo = /:\/\/[^\s/?#"'<>]*@/g;
const authorization =
  /\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:(?:basic|bearer|token|digest|negotiate)\s+)?)[^\s"',;]+/gi;
const tokenHeader = /\b((?:private-token|x-api-key|api-key|job-token)["']?\s*[:=]\s*["']?)[^\s"',;]+/gi;
const privateKey = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$)/g;

/** A shorter secret would blot out ordinary words; it is masked only where it stands alone. */
const shortest = 5;
const deepest = 8;

/** Replaces secrets in whatever is about to be logged or shown. It learns the secrets as they are read. */
export class Redactor {
  private readonly secrets = new Set<string>();
  private pattern: RegExp | undefined;

  /** Makes a value known as a secret, together with its forms in URLs, in JSON and in base64. */
  add(secret: string): void {
    const before = this.secrets.size;
    for (const form of formsOf(secret)) if (form !== '') this.secrets.add(form);
    if (this.secrets.size !== before) this.pattern = undefined;
  }

  /** The text with every known or recognisable secret replaced by `***`. */
  text(text: string): string {
    const masked = text
      .replace(privateKey, `-----BEGIN $1-----${mask}`)
      .replace(userinfo, `://${mask}@`)
      .replace(authorization, `$1${mask}`)
      .replace(tokenHeader, `$1${mask}`);
    return this.secrets.size === 0 ? masked : masked.replace(this.knownSecrets(), mask);
  }

  /** A copy of plain data (as of `JSON.parse`) with all its texts, and numbers that are secrets, masked. */
  value(value: unknown, depth = 0): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return this.secrets.has(String(value)) ? mask : value;
    if (typeof value !== 'object' || value === null) return value;
    if (depth >= deepest) return mask;
    if (Array.isArray(value)) return value.map((item) => this.value(item, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [this.text(key), this.value(item, depth + 1)]),
    );
  }

  private knownSecrets(): RegExp {
    if (this.pattern === undefined) {
      const longestFirst = [...this.secrets].sort((left, right) => right.length - left.length);
      this.pattern = new RegExp(longestFirst.map(toPattern).join('|'), 'g');
    }
    return this.pattern;
  }
}

function formsOf(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  const json = JSON.stringify(secret).slice(1, -1);
  const bytes = Buffer.from(secret);
  const inUrl = bytes.toString();
  const inBase64 = bytes.toString('base64').replace(/=+$/, '');
  const forms = [secret, json, encodeURIComponent(inUrl), encodeURI(inUrl), inBase64];
  return lines.length > 1 ? [...forms, ...lines.filter((line) => line.length >= shortest)] : forms;
}

function toPattern(secret: string): string {
  const escaped = secret.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return secret.length >= shortest ? escaped : `(?<![A-Za-z0-9_])${escaped}(?![A-Za-z0-9_])`;
}
