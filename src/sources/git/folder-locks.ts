/** Lets those who want the same folder take turns. */
export class FolderLocks {
  private readonly last = new Map<string, Promise<void>>();

  /** Waits for the folder; what it resolves to gives the folder back. */
  async acquire(folder: string): Promise<() => void> {
    const before = this.last.get(folder);
    let giveBack: () => void = () => undefined;
    const mine = new Promise<void>((resolve) => {
      giveBack = resolve;
    });
    this.last.set(folder, mine);
    await before;
    return () => {
      if (this.last.get(folder) === mine) this.last.delete(folder);
      giveBack();
    };
  }
}
