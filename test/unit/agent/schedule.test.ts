import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Job, Schedule } from '../../../src/agent/schedule.js';
import { silentLogger } from '../../silent-logger.js';

describe('Schedule', () => {
  let schedule: Schedule | undefined;
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date('2024-01-01T00:00:30Z') });
  });
  afterEach(() => {
    schedule?.stop();
    vi.useRealTimers();
  });

  function start(job: Partial<Job>, zone = 'UTC'): string[] {
    const times: string[] = [];
    const run = async () => {
      times.push(new Date().toISOString().slice(0, 16));
    };
    const full = { name: 'scrape', when: '*/15 * * * *', busy: () => false, run, ...job };
    schedule = new Schedule([full], { TZ: zone }, silentLogger);
    return times;
  }

  it('starts the job at each of its times', async () => {
    const times = start({});
    await vi.advanceTimersByTimeAsync(46 * 60_000);
    expect(times).toEqual(['2024-01-01T00:15', '2024-01-01T00:30', '2024-01-01T00:45']);
  });

  it('skips a time while the job is busy, whoever started it', async () => {
    let busy = true;
    const times = start({ busy: () => busy });
    await vi.advanceTimersByTimeAsync(20 * 60_000);
    busy = false;
    await vi.advanceTimersByTimeAsync(15 * 60_000);
    expect(times).toEqual(['2024-01-01T00:30']);
  });

  it('starts nothing more once it is stopped', async () => {
    const times = start({});
    await vi.advanceTimersByTimeAsync(16 * 60_000);
    schedule?.stop();
    await vi.advanceTimersByTimeAsync(60 * 60_000);
    expect(times).toHaveLength(1);
  });

  it('counts in the time zone of the environment', async () => {
    const times = start({ when: '0 2 * * *' }, 'Europe/Amsterdam');
    await vi.advanceTimersByTimeAsync(24 * 3_600_000);
    expect(times).toEqual(['2024-01-01T01:00']);
  });
});
