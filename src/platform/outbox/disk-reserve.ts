import type { OutboxFiles } from './outbox-files';

/** Room for the outcomes of some thousand calls in flight. */
const RESERVE_BYTES = 1024 * 1024;

/**
 * A file that only takes up space, given back when the disk is full, so that calls already made can still be
 * noted. Holding it again is also the proof that the disk has room for new calls.
 */
export class DiskReserve {
  constructor(
    private readonly files: OutboxFiles,
    private readonly path: string,
  ) {}

  /** Returns false when there is no room. */
  async hold(): Promise<boolean> {
    try {
      await this.files.write(this.path, Buffer.alloc(RESERVE_BYTES));
      return true;
    } catch {
      await this.free();
      return false;
    }
  }

  async free(): Promise<void> {
    await this.files.remove(this.path);
  }
}
