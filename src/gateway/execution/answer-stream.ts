import type { ChatStreamEvent } from '../../llm/chat-stream-event';
import type { DrainLimits } from '../../providers/provider-registry';
import type { AttemptReceipt } from './attempt-ledger';
import type { ExecutionTarget } from './chat-run';
import type { StreamMeter } from './stream-meter';

/** How a stream ended: to its end, broken by the vendor, or left by the client. */
export type StreamEnd =
  | { readonly kind: 'complete' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'left' };

export interface AnswerStreamParts {
  readonly target: ExecutionTarget;
  /** What was read before the first content event was seen. */
  readonly opening: readonly ChatStreamEvent[];
  readonly rest: AsyncIterator<ChatStreamEvent>;
  readonly meter: StreamMeter;
  /** How far the vendor is read on after the client has left; undefined: the call is cancelled at once. */
  readonly drain: DrainLimits | undefined;
  /** Fires when the client leaves. */
  readonly signal: AbortSignal;
  /** Books the call; called exactly once, when the stream is over in whatever way. */
  readonly book: (end: StreamEnd) => Promise<AttemptReceipt>;
}

/**
 * A streamed answer of which the first content has arrived. Iterating passes the events on and, at
 * the end, books the call before the iteration finishes, so that nothing unbooked reaches the client's
 * last byte. Leaving the iteration early cancels the call at the vendor and books what was delivered, or,
 * at a vendor that bills the whole answer all the same, reads it to its end and books that.
 */
export class AnswerStream implements AsyncIterable<ChatStreamEvent> {
  receipt: AttemptReceipt | undefined;
  private isTaken = false;

  constructor(private readonly parts: AnswerStreamParts) {}

  get target(): ExecutionTarget {
    return this.parts.target;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ChatStreamEvent> {
    // A second reader would book the call a second time.
    if (this.isTaken) throw new Error('an answer stream is read once');
    this.isTaken = true;
    const { opening, rest, meter, drain, signal, book } = this.parts;
    let end: StreamEnd = { kind: 'left' };
    try {
      yield* opening;
      for (let step = await rest.next(); step.done !== true; step = await rest.next()) {
        meter.add(step.value);
        if (drain && signal.aborted) return;
        yield step.value;
      }
      end = { kind: 'complete' };
    } catch (error) {
      end = { kind: 'failed', error };
      throw error;
    } finally {
      // Whatever draining and cancelling come to, the call is booked.
      if (end.kind === 'left') await this.leave().catch(() => undefined);
      this.receipt = await book(end);
    }
  }

  /** The time limit of draining is kept by the call itself, which then fails. */
  private async leave(): Promise<void> {
    const { rest, meter, drain } = this.parts;
    const endBytes = meter.deliveredBytes + (drain?.maxBytes ?? 0);
    while (drain && meter.deliveredBytes < endBytes) {
      const step = await rest.next();
      if (step.done === true) return;
      meter.add(step.value);
    }
    await rest.return?.();
  }
}
