import type { KeyRegistrar } from '../keys.js';

/** Azure DevOps publishes no API for the SSH keys of an account. Who wants one there is told what to do. */
export const azureKeys: KeyRegistrar = {
  system: 'Azure DevOps',
  option: 'tfs',
  open: () => {
    throw new Error(
      'Azure DevOps has no published API for SSH keys; add the public key by hand, at "SSH public keys" of the user settings',
    );
  },
};
