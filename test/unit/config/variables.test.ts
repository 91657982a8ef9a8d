import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandHelp } from '../../../scraper/command-line.js';
import { commands } from '../../../scraper/commands.js';
import { variables } from '../../../src/config/variables.js';

describe('the catalogue of variables', () => {
  it('has each name and each option once', () => {
    expect(new Set(variables.map(({ name }) => name)).size).toBe(variables.length);
    expect(new Set(variables.map(({ option }) => option)).size).toBe(variables.length);
  });

  it('has options that no-prefixed options do not switch off', () => {
    expect(variables.filter(({ option }) => option.startsWith('no-') || !/^[a-z][a-z-]*$/.test(option))).toEqual([]);
  });

  it.each(commands)('leaves the own options of $usage alone', async (registration) => {
    const own = [...(await commandHelp(registration)).matchAll(/^ +(?:-\w, )?--([a-z-]+)/gm)].map(
      ([, option]) => option,
    );
    expect(own.length).toBeGreaterThan(3);
    expect(variables.map(({ option }) => option).filter((option) => own.includes(option))).toEqual([]);
  });
});

describe('the source code', () => {
  const root = path.resolve(import.meta.dirname, '../../..');
  const files = ['src', 'scraper'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => path.join(root, folder, file)),
  );
  // Variables of the machine, and of the programs that are run.
  const foreign = /^(?:HOME|PATH|SHELL|USER|GIT_.*|SVN_SSH|values|js)$/;

  it('reads only variables of the catalogue', () => {
    const texts = files.map((file) => readFileSync(file, 'utf8')).join('\n');
    const read = [...texts.matchAll(/environment\??(?:\.(\w+)|\['(\w+)'\])|'(CONTROLLER_\w+)'/gi)];
    const names = new Set(read.map(([, property, key, text]) => property ?? key ?? text ?? ''));
    const known = new Set(variables.map(({ name }) => name));
    expect([...names].filter((name) => !known.has(name) && !foreign.test(name))).toEqual([]);
    expect(names.size).toBeGreaterThan(10);
  });
});
