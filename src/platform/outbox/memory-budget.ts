/** How many bytes of lines may wait in memory; beyond it they are read back from disk when their turn comes. */
export class MemoryBudget {
  #usedBytes = 0;

  constructor(private readonly limitBytes: number) {}

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get isExceeded(): boolean {
    return this.#usedBytes > this.limitBytes;
  }

  take(bytes: number): void {
    this.#usedBytes += bytes;
  }

  giveBack(bytes: number): void {
    this.#usedBytes -= bytes;
  }
}
