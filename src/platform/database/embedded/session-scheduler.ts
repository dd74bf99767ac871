interface Owner<S> {
  readonly session: S;
  /** When its last batch finished; undefined while one of its batches waits or runs. */
  idleSince: number | undefined;
}

export interface SchedulerLimits {
  /** How long a batch waits behind a transaction in which nothing happens, in milliseconds. */
  readonly ownWaitLimitMs: number;
  /** How long a transaction may stay open with nothing happening in it, in milliseconds. */
  readonly idleInTransactionLimitMs: number;
}

/**
 * Decides whose batch runs next on the one PostgreSQL session all clients share. A session has at most one batch in
 * the queue, so first come, first served is fair: who sends a thousand statements waits in line for each of them.
 * Whoever has an open transaction (or an extended batch without its Sync) owns the database until it is closed.
 * Pure: no timers, no I/O; `now` is any monotonic milliseconds.
 */
export class SessionScheduler<S> {
  private readonly waiting = new Map<S, number>();
  private owner: Owner<S> | undefined;
  private running: S | undefined;

  constructor(private readonly limits: SchedulerLimits) {}

  get ownedBy(): S | undefined {
    return this.owner?.session;
  }

  /** Nothing runs and no transaction is open: the moment for statements of our own. */
  get isFree(): boolean {
    return this.running === undefined && this.owner === undefined;
  }

  /** Whether `next` has something to give (once what runs is finished). */
  get hasRunnable(): boolean {
    return this.owner === undefined ? this.waiting.size > 0 : this.waiting.has(this.owner.session);
  }

  enqueue(session: S, now: number): void {
    if (this.waiting.has(session) || this.running === session) throw new Error('session has a batch already');
    this.waiting.set(session, now);
    if (this.owner?.session === session) this.owner.idleSince = undefined;
  }

  /** Takes the batch that may run now; `finished` must follow before the next call returns anything. */
  next(): S | undefined {
    if (this.running !== undefined) return undefined;
    const session = this.owner === undefined ? first(this.waiting) : this.owner.session;
    if (session === undefined || !this.waiting.delete(session)) return undefined;
    this.running = session;
    return session;
  }

  /** `staysOpen`: a transaction or an unfinished extended batch is left behind. */
  finished(session: S, staysOpen: boolean, now: number): void {
    if (this.running !== session) throw new Error('session is not running');
    this.running = undefined;
    this.owner = staysOpen ? { session, idleSince: now } : undefined;
  }

  /** Takes a waiting batch back; false when it is not waiting (it ran already). */
  withdraw(session: S, now: number): boolean {
    const wasWaiting = this.waiting.delete(session);
    if (wasWaiting && this.owner?.session === session) this.owner.idleSince = now;
    return wasWaiting;
  }

  /** The session is gone. True when it owned the database: roll back, then call `released`. */
  leave(session: S): boolean {
    this.waiting.delete(session);
    return this.owner?.session === session;
  }

  released(): void {
    this.owner = undefined;
  }

  /**
   * Sessions that waited too long behind an owner who does nothing. Time in which the owner works does not count: a
   * long migration is no deadlock, code that waits for itself is (its transaction stands still while it waits).
   */
  overdueWaiters(now: number): S[] {
    const idleSince = this.owner?.idleSince;
    if (idleSince === undefined) return [];
    const limit = this.limits.ownWaitLimitMs;
    return [...this.waiting]
      .filter(([, since]) => now - Math.max(since, idleSince) >= limit)
      .map(([session]) => session);
  }

  /** The owner, when its transaction stood still for longer than the limit. */
  overdueOwner(now: number): S | undefined {
    if (this.owner?.idleSince === undefined) return undefined;
    return now - this.owner.idleSince >= this.limits.idleInTransactionLimitMs
      ? this.owner.session
      : undefined;
  }
}

function first<S>(waiting: ReadonlyMap<S, number>): S | undefined {
  for (const session of waiting.keys()) return session;
  return undefined;
}
