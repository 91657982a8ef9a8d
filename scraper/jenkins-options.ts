import type { Argv } from 'yargs';
import type { JenkinsOptions } from '../src/sources/jenkins/place.js';

/** Verification of the certificate: of a file, by the usual ones where none is named, or not at all. */
export function withVerify<T>(yargs: Argv<T>) {
  return yargs.option('verify', {
    describe: 'Verify its certificate, by a file if one is named; --no-verify for not at all (jenkins.verify)',
    type: 'string',
    coerce: (value: unknown): string | boolean => (value === false ? false : String(value) || true),
  });
}

/** Options that stand in for section `[jenkins]`; those that are not given are left to it. */
export function jenkinsOptions(
  given: {
    readonly [Option in keyof JenkinsOptions]: JenkinsOptions[Option] | undefined;
  },
): JenkinsOptions {
  const { host, username, password, verify } = given;
  return {
    ...(host === undefined ? {} : { host }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(verify === undefined ? {} : { verify }),
  };
}
