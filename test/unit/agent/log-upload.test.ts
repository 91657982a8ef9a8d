import { describe, expect, it } from 'vitest';
import { LogUpload } from '../../../src/agent/log-upload.js';
import type { LogEntry } from '../../../src/log/entry.js';
import { silentLogger } from '../../silent-logger.js';

function entry(message: string, fields: LogEntry['fields'] = {}): LogEntry {
  return { level: 'ERROR', time: '2024-01-02T03:04:05.678Z', message, fields };
}

describe('LogUpload', () => {
  it('sends records one after the other in the form of a Python log record', async () => {
    const forms: Readonly<Record<string, string>>[] = [];
    const upload = new LogUpload(async (form) => forms.push(form), silentLogger);
    upload.receive(entry('first', { err: { type: 'TypeError', message: 'boo', stack: 'TypeError: boo at x' } }));
    upload.receive(entry('second'));
    await upload.flush(1_000);
    expect(forms).toMatchObject([
      { message: 'first', levelname: 'ERROR', levelno: '40', exc_text: 'TypeError: boo', created: '1704164645.678' },
      { message: 'second', exc_text: 'None' },
    ]);
  });

  it('goes on where a record does not arrive', async () => {
    const messages: (string | undefined)[] = [];
    const upload = new LogUpload(async ({ message }) => {
      messages.push(message);
      throw new Error('down');
    }, silentLogger);
    upload.receive(entry('first'));
    upload.receive(entry('second'));
    await upload.flush(1_000);
    expect(messages).toEqual(['first', 'second']);
  });

  it('never waits longer than it is told, and holds a bounded number of records', async () => {
    let sent = 0;
    const upload = new LogUpload(() => {
      sent += 1;
      return new Promise(() => undefined);
    }, silentLogger);
    for (let index = 0; index < 10_000; index += 1) {
      upload.receive(entry(String(index)));
    }
    const before = performance.now();
    await upload.flush(50);
    expect(performance.now() - before).toBeLessThan(5_000);
    expect(sent).toBe(1);
    expect(Reflect.get(upload, 'waiting')).toHaveLength(200);
  });
});
