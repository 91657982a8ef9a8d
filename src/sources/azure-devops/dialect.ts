import { HttpError } from '../../http/errors.js';
import { AzureProblem } from './problem.js';

/** How a request is spoken. */
export interface Speech {
  /** Of the API: `7.1`. */
  readonly version: string;
  /** Servers before TFS 2017 have the project behind the area: `_apis/git/PROJECT/repositories`. */
  readonly projectFirst: boolean;
}

/** Versions that are tried where a server does not tell which one is its newest; the first one is that of the service. */
const versions = ['7.1', '5.0', '4.1', '3.0', '2.0', '1.0'] as const;

const oldReports = 3;

const tooNew: readonly string[] = ['VssVersionOutOfRangeException', 'VssInvalidApiVersionException'];
const unknownPath: readonly (string | undefined)[] = ['HttpControllerNotFoundException', undefined];

/**
 * What a server speaks, found out by what it refuses: nothing is asked beforehand, so that today's servers take no
 * request for it. All sources of a run share it.
 */
export class Dialect {
  #speech: Speech = { version: versions[0], projectFirst: true };
  #isFormKnown = false;
  #hasOldReports = true;

  get speech(): Speech {
    return this.#speech;
  }

  /**
   * The version that reports of work items are asked in: the last one that names people as they were called then, as
   * long as the server has it.
   */
  get reportVersion(): string {
    const { version } = this.#speech;
    return this.#hasOldReports && Number(version) > oldReports ? oldReports.toFixed(1) : version;
  }

  /** Whether a report is to be asked for again, after a refusal, in the version of everything else. */
  learnReport(error: unknown): boolean {
    const isTooOld = error instanceof AzureProblem && tooNew.includes(error.typeKey);
    if (!isTooOld || !this.#hasOldReports || Number(this.#speech.version) <= oldReports) return false;
    this.#hasOldReports = false;
    return true;
  }

  /** Takes note that a path with a project was right. */
  confirm({ projectFirst }: Speech): void {
    if (projectFirst === this.#speech.projectFirst) this.#isFormKnown = true;
  }

  /**
   * Learns from a refusal.
   *
   * @param tried how the refused request was spoken
   * @param hasForms whether the path could have the project elsewhere
   * @returns whether it makes sense to ask again, as is spoken now
   */
  learn(tried: Speech, error: unknown, hasForms: boolean): boolean {
    if (!(error instanceof HttpError)) return false;
    if (error instanceof AzureProblem && tooNew.includes(error.typeKey)) return this.#lower(tried, error);
    const typeKey = error instanceof AzureProblem ? error.typeKey : undefined;
    if (!hasForms || error.status !== 404 || !unknownPath.includes(typeKey)) return false;
    if (tried.projectFirst !== this.#speech.projectFirst) return true;
    if (this.#isFormKnown || !tried.projectFirst) return false;
    this.#speech = { ...this.#speech, projectFirst: false };
    return true;
  }

  #lower(tried: Speech, { newestVersion }: AzureProblem): boolean {
    // Another source has learnt it meanwhile.
    if (Number(this.#speech.version) < Number(tried.version)) return true;
    const lower = (version: string): boolean => Number(version) < Number(tried.version);
    const next = newestVersion !== undefined && lower(newestVersion) ? newestVersion : versions.find(lower);
    if (next === undefined) return false;
    this.#speech = { ...this.#speech, version: next };
    return true;
  }
}
