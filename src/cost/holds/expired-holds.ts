import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { NO_USAGE } from '../../llm/token-usage';
import type { ExpiredHold } from '../../quota/quota-store';
import { HOLD_EXPIRED } from '../ledger/expired-hold-rows';
import { UsageJournal } from '../ledger/usage-journal';
import type { UsageRow } from '../ledger/usage-row';
import { HoldKeeper } from './hold-keeper';
import { readHoldNote } from './hold-note';

/** What nobody can say of a call whose process and spool are gone. */
const UNKNOWN = 'unknown';

/**
 * Books holds that expired and were charged, so that the ledger says what the counters say: one estimated row each.
 * When the calls themselves come into the ledger later, {@link ExpiredHoldRows} takes the row back.
 */
@Injectable()
export class ExpiredHolds implements OnModuleInit {
  private readonly logger = new Logger(ExpiredHolds.name);

  constructor(
    private readonly keeper: HoldKeeper,
    private readonly journal: UsageJournal,
  ) {}

  onModuleInit(): void {
    this.keeper.onExpired((organizationId, holds) => this.book(organizationId, holds));
  }

  private async book(organizationId: string, holds: readonly ExpiredHold[]): Promise<void> {
    for (const hold of holds) {
      const row = toRow(organizationId, hold);
      if (row === undefined) continue;
      try {
        await this.journal.note(row);
      } catch (error) {
        this.logger.error({ message: 'An expired hold was not booked', err: error, hold: hold.holdId });
      }
    }
  }
}

/** Undefined for a hold of nothing, and for one that is no request's. */
function toRow(organizationId: string, { holdId, amountNanoUsd, note }: ExpiredHold): UsageRow | undefined {
  const about = readHoldNote(note);
  if (about === undefined || amountNanoUsd === 0n) return undefined;
  const heldAt = new Date(about.heldAtMs).toISOString();
  return {
    // One hold, one row, whoever books it.
    attempt_id: `att_${holdId.slice(holdId.indexOf('_') + 1)}`,
    request_id: about.requestId,
    client_request_id: null,
    hold_id: holdId,
    organization_id: organizationId,
    project_id: about.projectId,
    user_id: about.userId,
    api_key_id: about.apiKeyId,
    endpoint: UNKNOWN,
    purpose: 'answer',
    requested_model: null,
    provider: about.target.provider,
    resolved_model: about.target.model,
    region: UNKNOWN,
    strategy: UNKNOWN,
    objective: UNKNOWN,
    intent: null,
    decision_id: UNKNOWN,
    price_version: UNKNOWN,
    held_at: heldAt,
    started_at: heldAt,
    finished_at: null,
    latency_ms: null,
    first_token_ms: null,
    usage: NO_USAGE,
    cost_nano_usd: amountNanoUsd.toString(),
    held_nano_usd: amountNanoUsd.toString(),
    cost_source: 'estimated',
    status: 'unknown',
    error_code: HOLD_EXPIRED,
  };
}
