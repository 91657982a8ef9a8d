import { z } from 'zod';

/** What an option of `settings.cfg` or `credentials.cfg` means and accepts. */
export interface OptionDefinition {
  readonly description: string;
  /** Accepts the values that are not falsy; its message says what was expected. */
  readonly schema: z.ZodType<unknown, string>;
  /** Environment variable that fills the option in the template. */
  readonly variable?: string;
  /** Value in force where the option is absent or falsy. */
  readonly default?: string;
  /** Masked in the logs and in `gatherer config show`. */
  readonly secret?: boolean;
}

type Details = Omit<OptionDefinition, 'description' | 'schema'>;

function definition(schema: z.ZodType<unknown, string>) {
  return (description: string, details: Details = {}): OptionDefinition => ({ description, schema, ...details });
}

function matching(pattern: RegExp, expected: string): z.ZodType<unknown, string> {
  return z.string().regex(pattern, expected);
}

function oneOf(...values: readonly string[]): z.ZodType<unknown, string> {
  return z.string().refine((value) => values.includes(value), `one of ${values.join(', ')}`);
}

const urlScheme = /^([a-z][a-z0-9+.-]*):\/\//i;

function url(...schemes: readonly string[]): z.ZodType<unknown, string> {
  return z.string().refine(
    (value) => {
      const scheme = urlScheme.exec(value)?.[1]?.toLowerCase();
      return scheme !== undefined && schemes.includes(scheme) && URL.canParse(value);
    },
    `a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
  );
}

const hostName = '(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+\\])';

export const text = definition(z.string());
/** Any value but a falsy one switches it on. */
export const flag = definition(z.string());
export const webUrl = definition(url('http', 'https'));
export const ldapUrl = definition(url('ldap', 'ldaps'));
export const host = definition(
  matching(new RegExp(`^${hostName}(?::[0-9]{1,5})?$`), 'a host name, with :port where needed'),
);
export const port = definition(
  z.string().refine((value) => /^[0-9]{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= 65535, {
    error: 'a port, from 1 to 65535',
  }),
);
export const wholeNumber = definition(matching(/^[0-9]{1,9}$/, 'a whole number'));
export const protocol = definition(oneOf('http', 'https'));
export const date = definition(
  z.string().refine((value) => /^\d{4}-\d{2}-\d{2}/.test(value) && !Number.isNaN(Date.parse(value)), {
    error: 'a date such as 2026-03-01, with a time such as "2026-03-01 12:00:00" where needed',
  }),
);
export const variableName = definition(
  matching(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable (letters, digits and _), not a path'),
);
export const projectKey = definition(matching(/^[A-Za-z]+$/, 'the key of a project, letters only'));
export const choice = (...values: readonly string[]) => definition(oneOf(...values));
export const checked = (expected: string, accepts: (value: string) => boolean) =>
  definition(z.string().refine(accepts, expected));
