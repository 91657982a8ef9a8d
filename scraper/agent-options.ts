import type { Argv } from 'yargs';

/** The value of an option, or false where its name has `no-` in front. */
export function valueOrNone(value: unknown): string | false {
  return value === false ? false : String(value);
}

/** The values of an option, or false where its name has `no-` in front. */
export function valuesOrNone(value: unknown): readonly string[] | false {
  const values = [value].flat();
  return values.includes(false) ? false : values.map(String);
}

/** Positional argument of all steps. */
export function withProject<T>(yargs: Argv<T>) {
  return yargs.positional('project', { describe: 'Key of the project', type: 'string', demandOption: true });
}

/** Options that name another controller than the settings do. */
export function withController<T>(yargs: Argv<T>) {
  return yargs
    .option('ssh', {
      describe: 'Host of the controller (ssh.host); --no-ssh for none',
      type: 'string',
      coerce: valueOrNone,
    })
    .option('cert', {
      describe: 'File of the certificate that the controller must show (ssh.cert)',
      type: 'string',
      requiresArg: true,
    });
}

export function withKey<T>(yargs: Argv<T>) {
  return yargs.option('path', {
    describe: 'Path of the private key, in place of the variable that DEFINITIONS_CREDENTIALS_ENV names',
    type: 'string',
    requiresArg: true,
  });
}

/** Option of all steps that log in at the controller. */
export function withUser<T>(yargs: Argv<T>) {
  return yargs.option('agent', {
    describe: 'User name at the SSH server of the controller (ssh.username)',
    type: 'string',
    requiresArg: true,
  });
}
