import { ProviderError } from '../../llm/provider-error';

export interface DeadlineOptions {
  readonly provider: string;
  /** The client's signal: it left, or its own time is up. */
  readonly signal: AbortSignal;
  readonly totalMs: number;
  /** Longest wait for the first event; undefined when the answer comes in one piece. */
  readonly firstEventMs?: number;
  /** Longest silence after the first event. */
  readonly idleMs?: number;
  /** How long the call may go on after the client has left; undefined: it ends at once. */
  readonly drainMs?: number;
}

/**
 * The time limits of one call. Its signal is aborted when a limit passes or the client leaves; which
 * of them it was stands in `error`. Must be closed when the call has ended.
 */
export class CallDeadline implements Disposable {
  private readonly controller = new AbortController();
  private readonly total: NodeJS.Timeout;
  private silence: NodeJS.Timeout | undefined;
  private hasEvent = false;
  private isWaiting = true;
  private reason: ProviderError | undefined;
  private draining: NodeJS.Timeout | undefined;
  private readonly onAbort = (): void => this.clientLeft();

  constructor(private readonly options: DeadlineOptions) {
    this.total = setTimeout(() => this.stop('timeout', 'the answer took too long'), options.totalMs).unref();
    if (options.firstEventMs !== undefined) {
      const late = (): void => this.stop('timeout', 'the provider did not begin to answer in time');
      this.silence = setTimeout(late, options.firstEventMs).unref();
    }
    // Nothing was sent yet, so there is nothing that could be billed in full.
    if (options.signal.aborted) this.stop('aborted', 'the client gave up');
    else options.signal.addEventListener('abort', this.onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Why the signal was aborted; undefined while it was not. */
  get error(): ProviderError | undefined {
    return this.reason;
  }

  /** We wait for the vendor from now on. Only this time counts: a slow reader is not the vendor's silence. */
  expectEvent(): void {
    this.isWaiting = true;
    if (this.hasEvent) this.silence?.refresh();
  }

  /** The vendor said something. */
  gotEvent(): void {
    this.isWaiting = false;
    if (this.hasEvent) return;
    this.hasEvent = true;
    clearTimeout(this.silence);
    if (this.options.idleMs === undefined || this.reason) return;
    this.silence = setTimeout(() => {
      if (this.isWaiting) this.stop('timeout', 'the provider fell silent');
    }, this.options.idleMs).unref();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.total);
    clearTimeout(this.silence);
    clearTimeout(this.draining);
    this.options.signal.removeEventListener('abort', this.onAbort);
  }

  private clientLeft(): void {
    const giveUp = (): void => this.stop('aborted', 'the client gave up');
    if (this.options.drainMs === undefined) giveUp();
    else this.draining = setTimeout(giveUp, this.options.drainMs).unref();
  }

  private stop(kind: 'timeout' | 'aborted', message: string): void {
    this.reason ??= new ProviderError({
      provider: this.options.provider,
      kind,
      message,
      mayHaveBilled: true,
    });
    this.controller.abort(this.reason);
  }
}
