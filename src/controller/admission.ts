import { isAddress, isInNetworks, NetworkError, parseNetworks } from '../config/networks.js';
import type { Settings } from '../config/settings.js';
import { RequestError } from './request-error.js';
import type { StatusPart } from './status-part.js';

/**
 * Who may register and deliver. `safe`: projects of the settings, from their networks, with the key that the agent
 * registered first. `open`: anybody, as in the original; fit for a network that keeps strangers out by other means.
 */
export type RegistrationPolicy = 'safe' | 'open';

/** Whether an address is in the networks that `[network]` gives a project. */
export function networkPart(settings: Settings, project: string, address: string): StatusPart {
  const networks = settings.get('network', project);
  if (networks === undefined) {
    return { ok: true, message: 'No network defined for project' };
  }
  if (!isAddress(address)) {
    const message = `Remote address is malformed: '${address}' does not appear to be an IPv4 or IPv6 address`;
    return { ok: false, message };
  }
  try {
    return isInNetworks(address, parseNetworks(networks))
      ? { ok: true }
      : { ok: false, message: `Remote address ${address} is not in defined networks` };
  } catch (error) {
    if (error instanceof NetworkError) {
      return { ok: false, message: `Project has malformed networks defined: ${error.message}` };
    }
    throw error;
  }
}

/** @throws RequestError 403 where the policy lets nobody at this address act for this project */
export function admit(policy: RegistrationPolicy, settings: Settings, project: string, address: string): void {
  if (policy === 'safe' && !settings.projects.includes(project)) {
    throw new RequestError(403, `Project ${project} is not known here: it is not in [projects] of the settings`);
  }
  admitFromNetwork(policy, settings, project, address);
}

/** @throws RequestError 403 where the policy wants callers in the project's networks, and this one is not */
export function admitFromNetwork(
  policy: RegistrationPolicy,
  settings: Settings,
  project: string,
  address: string,
): void {
  const network = networkPart(settings, project, address);
  if (policy === 'safe' && !network.ok) {
    throw new RequestError(403, network.message ?? 'Remote address is not in defined networks');
  }
}
