import { Injectable } from '@nestjs/common';
import type { JsonObject } from '../../common/json';
import { Outbox } from '../../platform/outbox/outbox';
import type { UsageRow } from './usage-row';

/**
 * Notes every call to a vendor durably: the intent before it is sent, the outcome after it. Both are
 * on disk (page cache) when the promise resolves, so a killed process loses neither.
 */
@Injectable()
export class UsageJournal {
  constructor(private readonly outbox: Outbox) {}

  /** Call and await before dispatch; rejects with `outbox_full` when calls cannot be noted any more. */
  begin(intent: UsageRow): Promise<void> {
    return this.outbox.append({
      topic: 'usage',
      kind: 'intent',
      id: intent.attempt_id,
      payload: toPayload(intent),
    });
  }

  /** Call and await before the hold is settled and before the last byte goes to the client. */
  end(outcome: UsageRow): Promise<void> {
    return this.outbox.append({
      topic: 'usage',
      kind: 'outcome',
      id: outcome.attempt_id,
      payload: toPayload(outcome),
    });
  }

  /** A row without a call of this process. */
  note(row: UsageRow): Promise<void> {
    return this.outbox.append({
      topic: 'usage',
      kind: 'event',
      id: row.attempt_id,
      payload: toPayload(row),
    });
  }
}

function toPayload(row: UsageRow): JsonObject {
  return { ...row };
}
