import path from 'node:path';
import { readEnvFile } from './env-file.js';
import { readTextFile } from './text-file.js';
import { type Variable, variables } from './variables.js';
import { packageFolder } from './version.js';

const region = /(<!-- variables:[^>]*-->\n)[\s\S]*(<!-- end of variables -->)/;

/** `docs/docker.md` with the table of variables as they are; undefined in an installation without documentation. */
export function dockerPage(): string | undefined {
  const folder = packageFolder();
  const text = readTextFile(path.join(folder, 'docs', 'docker.md'));
  const defaults = imageDefaults(path.join(folder, 'scraper', 'agent', 'image.env'));
  return text?.replace(region, (_, start: string, end: string) => `${start}\n${table(defaults)}\n\n${end}`);
}

/** What the image sets. */
function imageDefaults(file: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  readEnvFile(readTextFile(file) ?? '', file, {
    lookup: (name) => values.get(name),
    assign: ({ name, value }) => values.set(name, value),
  });
  return values;
}

function table(defaults: ReadonlyMap<string, string>): string {
  const row = ({ name, option, secret, default: value }: Variable): string => {
    const inImage = defaults.get(name) ?? value;
    const cells = [
      `\`--${option}\``,
      `\`${name}\``,
      inImage === undefined ? '' : `\`${inImage}\``,
      secret ? 'yes' : '',
    ];
    return `| ${cells.join(' | ')} |`;
  };
  return ['| option | variable | in the image | secret |', '| --- | --- | --- | --- |', ...variables.map(row)].join(
    '\n',
  );
}
