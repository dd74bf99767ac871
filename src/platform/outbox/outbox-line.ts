import type { JsonObject } from '../../common/json';

/**
 * One durable note about a call that may cost money. The intent is written before the call, the
 * outcome after it; both carry the same attempt id. Payloads contain no prompt, answer or secret.
 */
export interface OutboxLine {
  readonly kind: 'intent' | 'outcome';
  readonly attemptId: string;
  readonly payload: JsonObject;
}

/** What the outbox delivers to, in the module that owns the ledger. */
export interface OutboxConsumer {
  /** Hands outcomes on (to the queue), idempotent by attempt id; rejects when they were not taken. */
  ship(outcomes: readonly OutboxLine[]): Promise<void>;
  /** Which of these attempts are in the ledger by now. A segment is deleted only when all of its attempts are. */
  findRecorded(attemptIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** The outcome to book for a call whose process died before noting one; undefined when the call was certainly never sent. */
  outcomeOfOrphan(intent: OutboxLine): OutboxLine | undefined;
  /** Called once per folder of a dead process. */
  beginAdoption(): AdoptedCalls;
}

/** Told about every call of a dead process, booked before or only now. */
export interface AdoptedCalls {
  add(outcome: OutboxLine): void;
  /** All of the folder's calls are in the ledger. */
  finish(): Promise<void>;
}
