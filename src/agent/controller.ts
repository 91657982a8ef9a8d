import { hostname } from 'node:os';
import { z } from 'zod';
import { isFalsy } from '../config/falsy.js';
import type { Runtime } from '../config/runtime.js';
import { HttpClient, type HttpLimits, userAgent } from '../http/client.js';
import { HttpError } from '../http/errors.js';
import type { HttpResponse } from '../http/response.js';
import type { Row } from '../tables/row.js';
import { type AgentContext, resolvePath } from './context.js';

/** Options by which a command names another controller than the settings do. */
export interface ControllerOptions {
  /** Host with an optional port; false for none. */
  readonly ssh?: string | false | undefined;
  /** Path of the certificate file. */
  readonly cert?: string | undefined;
}

const hostPattern = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?)(?::\d{1,5})?$/i;

const hostKeysSchema = z.object({
  host_keys: z.array(z.string().max(10_000)).max(20),
  port: z.number().int().min(1).max(65_535),
});

/** Public keys of the controller's SSH server, in OpenSSH form, and its port. */
export type HostKeys = Readonly<z.output<typeof hostKeysSchema>>;

/** What an agent tells with its export. */
export interface ExportNotice {
  readonly user: string;
  readonly export: readonly string[];
  readonly update: readonly string[];
  readonly other: readonly string[];
}

const limits: Partial<HttpLimits> = { headers: 60_000, total: 120_000, size: 8 * 1024 * 1024 };

/** The HTTP side of the controller, as one project of an agent sees it. */
export class Controller {
  private constructor(
    /** Host name and port as configured. */
    readonly host: string,
    private readonly client: HttpClient,
    private readonly context: AgentContext,
  ) {}

  /**
   * The controller that the options or the settings name; undefined where they name none (`-`, `no`, empty).
   *
   * @throws {ConfigError} where the settings cannot be used
   */
  static of(
    context: AgentContext,
    options: ControllerOptions,
    overrides: Partial<HttpLimits> = {},
  ): Controller | undefined {
    const host = controllerHost(context.runtime, options);
    if (host === undefined) {
      return undefined;
    }
    const { runtime } = context;
    const certificate = options.cert ?? runtime.settings.get('ssh', 'cert');
    const client = new HttpClient({
      version: runtime.version,
      environment: runtime.environment,
      certificateFile: certificate === undefined || certificate === '' ? undefined : resolvePath(runtime, certificate),
      limits: { ...limits, ...overrides },
    });
    return new Controller(host, client, context);
  }

  /** Whether the options or the settings name a controller at all. */
  static isConfigured(runtime: Runtime, options: ControllerOptions): boolean {
    return controllerHost(runtime, options) !== undefined;
  }

  /** Host name without port, as SSH connects to it. */
  get sshHost(): string {
    return new URL(`https://${this.host}`).hostname.replace(/^\[|\]$/g, '');
  }

  /** Hands the public key to the controller. The answer is the secrets of the project. */
  register(publicKey: string): Promise<HttpResponse> {
    return this.send('POST', 'agent.py', this.identification, { public_key: publicKey });
  }

  status(): Promise<HttpResponse> {
    return this.send('GET', 'status.py', this.identification);
  }

  /** Says that the files have arrived and are to be imported. */
  announceExport(notice: ExportNotice): Promise<HttpResponse> {
    const { user, ...files } = notice;
    const { runtime } = this.context;
    const agent = { user, key: runtime.settings.agentKey, hostname: hostname(), version: userAgent(runtime.version) };
    const form = { files: JSON.stringify(files), agent: JSON.stringify(agent) };
    return this.send('POST', 'export.py', { project: this.context.project }, form);
  }

  /** Hands over the checks of a BigBoat dashboard. */
  sendStatuses(status: readonly Row[], source: string): Promise<HttpResponse> {
    const form = { status: JSON.stringify(status), source };
    return this.send('POST', 'status.py', { project: this.context.project }, form);
  }

  uploadLog(record: Readonly<Record<string, string>>): Promise<HttpResponse> {
    return this.send('POST', 'log.py', { project: this.context.project }, record);
  }

  /** Host keys of the SSH server over verified TLS; undefined where this controller does not give them. */
  async hostKeys(): Promise<HostKeys | undefined> {
    const response = await this.send('GET', 'host-keys', {});
    if (response.status !== 200 || response.contentType !== 'application/json') {
      return undefined;
    }
    return response.json(hostKeysSchema);
  }

  close(): Promise<void> {
    return this.client.close();
  }

  url(endpoint: string, query: Readonly<Record<string, string>>): URL {
    const url = new URL(`https://${this.host}/auth/${endpoint}`);
    url.search = new URLSearchParams(query).toString();
    return url;
  }

  private get identification(): Readonly<Record<string, string>> {
    return { project: this.context.project, agent: this.context.runtime.settings.agentKey };
  }

  private send(
    method: 'GET' | 'POST',
    endpoint: string,
    query: Readonly<Record<string, string>>,
    form?: Readonly<Record<string, string>>,
  ): Promise<HttpResponse> {
    const url = this.url(endpoint, query);
    const { signal } = this.context;
    return this.client.request({ method, url, signal, ...(form === undefined ? {} : { form }) });
  }
}

/** @throws {HttpError} where the host is no host name */
function controllerHost(runtime: Runtime, options: ControllerOptions): string | undefined {
  if (options.ssh === false) {
    return undefined;
  }
  const host = options.ssh ?? runtime.settings.get('ssh', 'host');
  if (host === undefined || isFalsy(host)) {
    return undefined;
  }
  if (!hostPattern.test(host)) {
    throw new HttpError('dns', `"${host}" is not the host name of a controller (ssh.host); expected host or host:port`);
  }
  return host;
}
