import { ConfigError } from '../config/errors.js';
import type { Runtime } from '../config/runtime.js';
import { writeConfiguration } from '../config/write-templates.js';
import { agentProjects, checkConfiguration } from './context.js';
import { parsePreflightArguments } from './preflight-options.js';
import { logReports, type ProjectReport } from './report.js';
import { type ScrapeOptions, scrapeProject } from './scrape.js';

/** A scrape was asked for while one is at work. */
export class ScrapeConflict extends Error {
  override readonly name = 'ScrapeConflict';
}

export interface RunningScrape {
  readonly reports: Promise<readonly ProjectReport[]>;
}

/** Scrapes all projects of the agent, one after the other in order, and never two scrapes at once. */
export class Scraper {
  private busy = false;
  private current: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly runtime: Runtime,
    private readonly finished: (report: ProjectReport) => void,
    private readonly options: ScrapeOptions = {},
  ) {}

  get running(): boolean {
    return this.busy;
  }

  /**
   * Starts a scrape with the environment as it is now.
   *
   * @param preflightArguments in place of PREFLIGHT_ARGS
   * @returns the reports of its projects, when they are done
   * @throws {ConfigError} where it cannot start, e.g. because a file of the configuration is malformed
   * @throws {ScrapeConflict} where one is at work
   */
  async start(preflightArguments?: string): Promise<RunningScrape> {
    if (this.busy) {
      throw new ScrapeConflict('Another scrape process is already running');
    }
    this.busy = true;
    try {
      const runtime = this.runtime.reread();
      await writeConfiguration(runtime.environment);
      checkConfiguration(runtime);
      const projects = agentProjects(runtime);
      if (projects.length === 0) {
        throw new ConfigError(
          'JIRA_KEY',
          'is not set, so there is no project to scrape; set it to the key of a project',
        );
      }
      parsePreflightArguments(preflightArguments ?? runtime.environment['PREFLIGHT_ARGS']);
      const reports = this.scrapeAll(runtime, projects, preflightArguments).finally(() => {
        this.busy = false;
      });
      this.current = reports;
      return { reports };
    } catch (error) {
      this.busy = false;
      throw error;
    }
  }

  /** Resolves when no scrape is at work. */
  async idle(): Promise<void> {
    await this.current;
  }

  /** Never rejects. */
  private async scrapeAll(
    runtime: Runtime,
    projects: readonly string[],
    preflightArguments: string | undefined,
  ): Promise<readonly ProjectReport[]> {
    const reports: ProjectReport[] = [];
    for (const project of projects) {
      if (this.runtime.signal.aborted) {
        break;
      }
      const report = await scrapeProject(runtime, project, { ...this.options, preflightArguments });
      this.finished(report);
      reports.push(report);
    }
    logReports(this.runtime.log, reports);
    return reports;
  }
}
