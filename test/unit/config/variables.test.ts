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
