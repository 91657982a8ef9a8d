/** What an operator can do about an address that a server cannot have. */
const remedies: Readonly<Record<string, (option: string) => string>> = {
  EADDRINUSE: (option) => `another program listens there: stop it, or choose another port with ${option}`,
  EACCES: (option) =>
    `ports below 1024 are for root and for processes with CAP_NET_BIND_SERVICE: choose another with ${option}`,
  EADDRNOTAVAIL: () => 'this machine has no such address: choose one that it has with --listen',
};

/**
 * Lets a server listen.
 *
 * @param server what listens, as in `the SSH server`
 * @param option of the command line that chooses the port
 * @throws Error that names the server and says what to do
 */
export async function listening<T>(server: string, option: string, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const remedy = 'code' in error ? remedies[String(error.code)]?.(option) : undefined;
    const message = `${server} cannot listen: ${error.message}`;
    throw new Error(remedy === undefined ? message : `${message}; ${remedy}`, { cause: error });
  }
}
