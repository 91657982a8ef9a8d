import { type ScheduledTask, schedule } from 'node-cron';
import type { Environment } from '../config/environment.js';
import type { Logger } from '../log/logger.js';

/** Something that is done by a schedule. */
export interface Job {
  readonly name: string;
  /** Cron expression, in local time. */
  readonly when: string;
  /** True while the job, whoever started it, must not be started once more. */
  readonly busy: () => boolean;
  /** Must not reject. */
  readonly run: () => Promise<void>;
}

/** Starts jobs at their times; a time at which a job is busy is skipped and logged. */
export class Schedule {
  private readonly tasks: readonly ScheduledTask[];

  constructor(jobs: readonly Job[], environment: Environment, log: Logger) {
    const timezone = environment.TZ;
    this.tasks = jobs.map((job) =>
      schedule(job.when, () => this.tick(job, log), {
        name: job.name,
        ...(timezone === undefined || timezone === '' ? {} : { timezone }),
      }),
    );
  }

  stop(): void {
    for (const task of this.tasks) {
      task.destroy();
    }
  }

  private async tick(job: Job, log: Logger): Promise<void> {
    if (job.busy()) {
      log.warn(`${job.name}: the one before is still at work, so this time is skipped`);
      return;
    }
    await job.run();
  }
}
