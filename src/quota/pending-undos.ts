const AGAIN_MS = 1_000;
/** More than that are left to expire. */
const MAX_PENDING = 10_000;

/** Takes one hold back; rejects when it is not known whether that was done. */
type Undo = (organizationId: string, holdId: string) => Promise<unknown>;

/**
 * Holds whose answer never arrived, until it is certain that the store does not have them. A server that stood still reads what
 * was sent to it on connections that were given up since, so taking back has to be tried again on the next one.
 */
export class PendingUndos {
  private readonly pending = new Map<string, string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly undo: Undo) {}

  /** Call at once, so that the undo follows the hold on the same connection. */
  add(organizationId: string, holdId: string): void {
    if (this.pending.size < MAX_PENDING) this.pending.set(holdId, organizationId);
    this.tryOne(organizationId, holdId).catch(() => this.tryAgainLater());
  }

  /** Call when the same hold is wanted again. */
  forget(holdId: string): void {
    this.pending.delete(holdId);
  }

  private async tryOne(organizationId: string, holdId: string): Promise<void> {
    await this.undo(organizationId, holdId);
    this.pending.delete(holdId);
  }

  private tryAgainLater(): void {
    this.timer ??= setTimeout(() => void this.tryAll(), AGAIN_MS).unref();
  }

  private async tryAll(): Promise<void> {
    try {
      for (const [holdId, organizationId] of this.pending) await this.tryOne(organizationId, holdId);
      this.timer = undefined;
    } catch {
      this.timer = undefined;
      this.tryAgainLater();
    }
  }
}
