import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commands } from '../../scraper/commands.js';
import { type CentralStore, openCentralStore } from '../../src/controller/central-store.js';
import { describeSources } from '../../src/sources/registry.js';
import { stepSources } from '../../src/sources/step-registry.js';
import type { TableDefinition } from '../../src/tables/definition.js';
import { privacyPage } from '../../src/tables/documentation.js';
import { findDocument, findTable, tables } from '../../src/tables/index.js';
import { findCases, type GoldenCase } from '../golden/case.js';
import { isMarked, type MarkedOptions, mark, markedCase } from '../golden/marked-case.js';
import { listFiles } from '../golden/placeholders.js';
import { runCase } from '../golden/runner.js';
import { describeWith, type Requirement, requirements } from '../requirements.js';
import { connect } from '../servers/exports.js';

/** Case that feeds a source or a step with people, where the first one that has it would not do. */
const preferred: Readonly<Record<string, string>> = {
  git: 'git/paths',
  subversion: 'subversion/layout',
  gitlab: 'gitlab/incremental',
  github: 'github/encrypted',
  'jira-to-json': 'jira/rich',
  'ldap-to-json': 'ldap/members',
  'guilds-to-json': 'guilds/people',
  ...Object.fromEntries(
    ['project-sources', 'project-to-json', 'metric-options-to-json', 'history-to-json'].map((step) => [
      step,
      'quality-time/report',
    ]),
  ),
};
/** Folders of cases, of sources that are named otherwise. */
const systems: Readonly<Record<string, string>> = { tfs: 'azure-devops', tfvc: 'azure-devops' };
const root = path.resolve(import.meta.dirname, '../..');
/** What the cases of a system need beside the marks. */
const further: Readonly<Record<string, MarkedOptions>> = {
  'quality-time': { people: ['Fenna de Wit'] },
  topdesk: { people: ['Piet Aanvrager'] },
  guilds: { workbooks: ['Jan de Vries'] },
  // The mapping that is shipped makes people pseudonymous; those of the cases need not.
  jira: { config: { 'jira_fields.json': path.join(root, 'jira_fields.json') } },
};
/** What these answer names nobody. */
const withoutPeople = new Set(['jenkins', 'sonarqube', 'bigboat', 'seats']);
const needs: Readonly<Record<string, readonly Requirement[]>> = {
  subversion: [requirements.svn, requirements.svnserve],
};

const cases = findCases(path.join(root, 'test/golden'));
const systemOf = ({ label }: GoldenCase): string => path.dirname(label);

/** Everything that gathers: types of sources, and steps that have a command. */
const gatherers = [
  ...describeSources().map(({ types }) => types),
  ...stepSources.map(({ step }) => [step]),
  ...commands.map(({ usage }) => [usage.split(' ', 1)[0] ?? '']).filter(([name = '']) => name.endsWith('-to-json')),
].filter(([name]) => name !== 'git-to-json');

function feedOf(names: readonly string[]): GoldenCase | undefined {
  const wanted = names.map((name) => preferred[name]).find((label) => label !== undefined);
  const has = (golden: GoldenCase): boolean =>
    golden.steps.some((step) => names.includes((step.split(/\.py| /, 1)[0] ?? '').replaceAll('_', '-')));
  const isOf = (golden: GoldenCase): boolean => names.some((name) => (systems[name] ?? name) === systemOf(golden));
  return cases.find(({ label }) => label === wanted) ?? cases.find(isOf) ?? cases.find(has);
}

const feeds = [...new Set(gatherers.flatMap((names) => feedOf(names) ?? []))];

/** Fields that may name people. */
function open({ freeText }: TableDefinition): ReadonlySet<string> {
  return new Set(freeText.map((field) => field.toLowerCase()));
}

/** Places in an exported file where a marked name stands, but for those that may have it. */
function leaksIn(file: string, text: string): readonly string[] {
  const table = findTable(path.basename(file));
  if (table === undefined) return isMarked(`${file} ${text}`) ? [file] : [];
  return leaksInRows(table, JSON.parse(text)).map((field) => `${file}: ${field}`);
}

function leaksInRows(table: TableDefinition, rows: unknown): readonly string[] {
  const allowed = open(table);
  const found = z.array(z.record(z.string(), z.unknown())).parse(rows).flatMap(fieldsOf);
  const leaks = found.filter(([field, value]) => isMarked(JSON.stringify(value)) && !allowed.has(field.toLowerCase()));
  return [...new Set(leaks.map(([field]) => field))];
}

/** Fields that are no columns of their own are together in one. */
function fieldsOf(row: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  return Object.entries(row).flatMap(([field, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [[field, value]],
  );
}

const pseudonym = /"[0-9a-f]{64}"/;
const folder = mkdtempSync(path.join(tmpdir(), 'gatherer-personal-data-'));
const database = { dataFolder: path.join(folder, 'data') };
let store: CentralStore | undefined;
let imported = 0;

beforeAll(async () => {
  const { signal } = new AbortController();
  store = await openCentralStore({ ...database, log: pino({ level: 'silent' }), signal });
});
afterAll(async () => {
  await store?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What the runs of a case left: places with marked names, and whether there were pseudonyms. */
interface Findings {
  readonly leaks: Set<string>;
  readonly files: Set<string>;
  pseudonyms: boolean;
}

function hasMarks(inputs: string): boolean {
  // Text in workbooks has a zero behind each letter.
  const texts = listFiles(inputs).map((file) => readFileSync(path.join(inputs, file), 'latin1').replaceAll('\0', ''));
  return texts.some(isMarked);
}

/** What is of no project is written into the working directory. */
function exportedFiles(exported: string): readonly string[] {
  const work = path.resolve(exported, '../..');
  const ofAll = readdirSync(work).filter((file) => /^data_.*\.json$/.test(file));
  return [...listFiles(exported), ...ofAll.map((file) => path.relative(exported, path.join(work, file)))];
}

async function inspect(exported: string, { project }: GoldenCase, findings: Findings): Promise<void> {
  for (const file of exportedFiles(exported)) {
    const text = readFileSync(path.join(exported, file), 'utf8');
    findings.files.add(file);
    findings.pseudonyms ||= pseudonym.test(text);
    for (const leak of leaksIn(file, text)) findings.leaks.add(leak);
  }
  const known = readdirSync(exported).filter((file) => (findTable(file) ?? findDocument(file)) !== undefined);
  if (known.length > 0) await store?.import(project, exported, known);
  imported += known.length;
}

describe('personal data', () => {
  it('is looked for in all that gathers', () => {
    const without = gatherers.filter((names) => feedOf(names) === undefined);
    expect(without, 'add a golden case that feeds it').toEqual([]);
  });

  it('would be found', () => {
    const row = {
      repo_name: 'a',
      developer: `${mark}Jan`,
      message: `by ${mark}Jan`,
      further: { other: `${mark}Piet` },
    };
    expect(leaksIn('data_vcs_versions.json', JSON.stringify([row]))).toEqual([
      'data_vcs_versions.json: developer',
      'data_vcs_versions.json: other',
    ]);
    expect(leaksIn('latest_vcs_versions.json', `{"${mark}":"1"}`)).toEqual(['latest_vcs_versions.json']);
  });

  describe('of what is gathered', { concurrent: true }, () => {
    for (const golden of feeds) {
      describeWith(needs[systemOf(golden)] ?? [requirements.git], `of ${golden.label}`, () => {
        it('is in no export, update tracker and log', async () => {
          const marked = markedCase(golden, path.join(folder, golden.label), further[systemOf(golden)]);
          expect(hasMarks(marked.folder)).toBe(!withoutPeople.has(systemOf(golden)));
          const findings: Findings = { leaks: new Set(), files: new Set(), pseudonyms: false };
          const { steps } = await runCase(marked, (exported) => inspect(exported, golden, findings));
          for (const { run, step, status, expectedStatus, log } of steps) {
            expect(status, `run ${run}, ${step}:\n${log.slice(-3000)}`).toBe(expectedStatus);
            expect(log.split('\n').filter((line) => isMarked(line))).toEqual([]);
          }
          expect([...findings.leaks]).toEqual([]);
          expect(findings.files.size).toBeGreaterThan(0);
          const encrypts = [...findings.files].some((file) => findTable(path.basename(file))?.encrypt.length !== 0);
          if (!withoutPeople.has(systemOf(golden)) && encrypts) expect(findings.pseudonyms).toBe(true);
        });
      });
    }
  });

  it('is nowhere in the database', async () => {
    expect(imported).toBeGreaterThan(feeds.length);
    await store?.close();
    store = undefined;
    const query = await connect(database);
    const names = z
      .array(z.object({ name: z.string() }))
      .parse(await query.ask("select table_name as name from information_schema.tables where table_schema = 'gros'"));
    const leaks: string[] = [];
    for (const { name } of names) {
      const table = tables.find((one) => one.name.toLowerCase() === name);
      const result = z
        .array(z.object({ row: z.record(z.string(), z.unknown()) }))
        .parse(await query.ask(`select to_jsonb(t) as row from gros."${name}" t`));
      const rows = result.map(({ row }) => row);
      const found =
        table === undefined ? rows.flatMap(fieldsOf).filter(([, value]) => isMarked(JSON.stringify(value))) : [];
      leaks.push(...found.map(([field]) => `${name}: ${field}`));
      if (table !== undefined) leaks.push(...leaksInRows(table, rows).map((field) => `${name}: ${field}`));
    }
    await query.close();
    expect([...new Set(leaks)]).toEqual([]);
    expect(names.length).toBeGreaterThan(tables.length / 2);
  });

  it('may stand in the fields that docs/privacy.md lists', () => {
    const rows = privacyPage().split('\n');
    for (const table of tables.filter((one) => open(one).size > 0)) {
      const row = rows.find((line) => line.startsWith(`| \`${table.file}\``)) ?? '';
      for (const field of table.freeText) expect(row).toContain(`\`${field}\``);
    }
  });
});
