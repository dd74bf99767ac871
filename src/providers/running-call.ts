import { ProviderError } from '../llm/provider-error';
import type { CallDeadline } from './resilience/call-deadline';
import type { CircuitPermit } from './resilience/circuit';
import { toTransportError } from './wire/transport-error';

export interface RunningCallParts {
  readonly provider: string;
  readonly permit: CircuitPermit;
  readonly deadline: CallDeadline;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly onSuccess: (timing: { readonly latencyMs: number; readonly firstTokenMs?: number }) => void;
  readonly onFailure: (error: ProviderError) => void;
}

/** One call to a vendor from its permit to its outcome, which is recorded exactly once. */
export class RunningCall implements Disposable {
  private readonly startedAtMs: number;
  private firstTokenMs: number | undefined;
  private isOver = false;

  constructor(private readonly parts: RunningCallParts) {
    this.startedAtMs = parts.now();
  }

  noteFirstToken(): void {
    this.firstTokenMs ??= this.parts.now() - this.startedAtMs;
  }

  async succeed(): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    await this.parts.permit.succeed();
    this.parts.onSuccess({ latencyMs: this.parts.now() - this.startedAtMs, firstTokenMs: this.firstTokenMs });
  }

  /** Records the failure and says what it was: a passed limit shows itself as a cancelled call and must be told apart. */
  async fail(error: unknown): Promise<ProviderError> {
    const found = this.explain(toTransportError(this.parts.provider, error));
    if (this.isOver) return found;
    this.isOver = true;
    this.parts.onFailure(found);
    await this.parts.permit.fail(found);
    return found;
  }

  /** A reader that left before the end has given the call up. */
  [Symbol.dispose](): void {
    this.parts.deadline[Symbol.dispose]();
    if (!this.isOver) void this.fail(givenUp(this.parts.provider));
  }

  private explain(error: ProviderError): ProviderError {
    const { error: limit } = this.parts.deadline;
    if (!limit) return error;
    const { provider, kind, message } = limit;
    return new ProviderError({ provider, kind, message, mayHaveBilled: error.mayHaveBilled, cause: error });
  }
}

function givenUp(provider: string): ProviderError {
  return new ProviderError({ provider, kind: 'aborted', message: 'the reader left', mayHaveBilled: true });
}
