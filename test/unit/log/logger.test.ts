import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../../../src/log/entry.js';
import type { LogLevel } from '../../../src/log/level.js';
import { createLog } from '../../../src/log/logger.js';
import { Redactor } from '../../../src/log/redactor.js';

function logTo(options: { level?: LogLevel; terminal?: boolean; secrets?: readonly string[] } = {}) {
  const lines: string[] = [];
  const redactor = new Redactor();
  for (const secret of options.secrets ?? []) redactor.add(secret);
  const log = createLog({
    level: options.level ?? 'INFO',
    terminal: options.terminal ?? false,
    redactor,
    write: (line) => lines.push(line),
  });
  return { ...log, lines };
}

describe('createLog', () => {
  it('writes JSON lines with the names of levels that people know', () => {
    const { logger, lines } = logTo();
    logger.warn({ project: 'TEST', rows: 3 }, 'Rows skipped');
    const { time, ...entry } = JSON.parse(lines.join(''));
    expect(entry).toEqual({ level: 'WARNING', msg: 'Rows skipped', project: 'TEST', rows: 3 });
    expect(new Date(time).toISOString()).toBe(time);
  });

  it('writes a line per entry for people', () => {
    const { logger, lines } = logTo({ terminal: true });
    logger.info({ project: 'TEST', seen: [1, 2] }, 'Done');
    logger.fatal('Over');
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d INFO Done \(project=TEST, seen=\[1,2\]\)\n$/);
    expect(lines[1]).toMatch(/ CRITICAL Over\n$/);
  });

  it('writes the stack of an error below the line', () => {
    const { logger, lines } = logTo({ terminal: true });
    logger.error({ err: new Error('broken') }, 'Failed');
    expect(lines[0]).toMatch(/ ERROR Failed\n {2}Error: broken\n {2} {4}at .*\n$/s);
  });

  it('keeps to its level', () => {
    const { logger, lines } = logTo({ level: 'ERROR' });
    logger.warn('no');
    logger.error('yes');
    expect(lines).toHaveLength(1);
  });

  it.each([true, false])('masks secrets in messages, fields, bindings and errors (terminal: %s)', (terminal) => {
    const { logger, lines } = logTo({ terminal, secrets: ['s3cret-token', 'line one\nline "two"'] });
    const error = new Error('s3cret-token refused', { cause: new Error('caused by s3cret-token') });
    logger
      .child({ token: 's3cret-token' })
      .info({ nested: { deep: ['s3cret-token'] } }, 'with s3cret-token %s', 's3cret-token');
    logger.error({ err: error }, 'line one\nline "two"');
    logger.error(error);
    logger.info({ headers: { authorization: 'Bearer other' } }, 'git clone https://a:b@example.org');
    const text = lines.join('');
    expect(text).toContain('***');
    for (const secret of ['s3cret-token', 'line one', 'line "two"', 'a:b@']) expect(text).not.toContain(secret);
  });

  it('masks secrets that become known later, also in children made before', () => {
    const redactor = new Redactor();
    const lines: string[] = [];
    const { logger } = createLog({ level: 'INFO', terminal: false, redactor, write: (line) => lines.push(line) });
    const child = logger.child({ user: 'gros' });
    redactor.add('learnt-secret');
    child.info('learnt-secret');
    expect(lines.join('')).not.toContain('learnt-secret');
  });

  it('survives secrets that look like parts of the format', () => {
    const { logger, lines } = logTo({ secrets: ['level', 'INFO', '"msg"', '10', ':"'] });
    logger.info({ n: 10 }, 'hello');
    expect(JSON.parse(lines.join(''))).toMatchObject({ level: 'INFO', msg: 'hello', n: '***' });
  });
});

describe('tee', () => {
  it('hands a sink the masked entries of its logger and the children of that, from a level on, until it stops', () => {
    const { logger, tee, lines } = logTo({ secrets: ['s3cret-token'] });
    const entries: LogEntry[] = [];
    const branch = tee('WARNING', (entry) => entries.push(entry));
    logger.warn('elsewhere');
    branch.logger.info('not serious');
    branch.logger.child({ step: 'git' }).error('with s3cret-token');
    branch.stop();
    branch.logger.error('after');
    expect(entries.map(({ level, message, fields }) => ({ level, message, fields }))).toEqual([
      { level: 'ERROR', message: 'with ***', fields: { step: 'git' } },
    ]);
    expect(lines).toHaveLength(4);
    expect(lines.join('')).not.toContain('@tee');
  });

  it('can branch off a branch', () => {
    const { tee } = logTo();
    const outer: string[] = [];
    const inner: string[] = [];
    const first = tee('INFO', ({ message }) => outer.push(message));
    const second = tee('ERROR', ({ message }) => inner.push(message), first.logger);
    second.logger.info('a');
    second.logger.error('b');
    first.logger.error('c');
    expect([outer, inner]).toEqual([['a', 'b', 'c'], ['b']]);
  });
});
