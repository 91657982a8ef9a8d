/** There is no importer to be had, or it is not what it should be. */
export class ImporterError extends Error {
  override readonly name = 'ImporterError';
}

/** There are builds, but none of them counts as stable. */
export class UnstableError extends ImporterError {}
