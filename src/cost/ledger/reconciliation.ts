import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { newId, timeOfId } from '../../common/ids';
import type { NanoUsd } from '../../common/money';
import { LEDGER_BUCKETS, type LedgerBucket } from './ledger-buckets';

/** What a later source knows of a call. */
export interface KnownCall {
  readonly attemptId: string;
  readonly costNanoUsd: NanoUsd;
  /** Tokens, where the source names them; buckets left out count as zero then. */
  readonly usage?: Readonly<Partial<Record<LedgerBucket, number>>>;
}

export type ReconcileOutcome = 'corrected' | 'unchanged' | 'unknown';

/**
 * Corrects calls by what a later source knows, such as the vendor's own list. The ledger is append-only: a
 * correction is a row of its own that holds the difference and names the call. Telling the same twice changes nothing.
 */
@Injectable()
export class Reconciliation {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  reconcile(organizationId: string, call: KnownCall): Promise<ReconcileOutcome> {
    const madeAtMs = timeOfId(call.attemptId);
    if (madeAtMs === undefined) return Promise.resolve('unknown');
    return this.dataSource.transaction(async (manager) => {
      // Locked first, summed second: whoever corrects the same call at the same time waits and then sees our row.
      const [known] = await manager.query<unknown[]>(
        `SELECT attempt_id FROM usage_record
         WHERE attempt_id = $1 AND started_on = $2 AND organization_id = $3 AND corrects_id IS NULL FOR UPDATE`,
        [call.attemptId, dayOf(madeAtMs), organizationId],
      );
      if (known === undefined) return 'unknown';
      return this.correct(manager, call, madeAtMs);
    });
  }

  private async correct(
    manager: EntityManager,
    call: KnownCall,
    madeAtMs: number,
  ): Promise<ReconcileOutcome> {
    const [booked] = await manager.query<Record<string, string>[]>(
      `SELECT sum(cost_nano_usd) AS cost_nano_usd, ${LEDGER_BUCKETS.map((name) => `sum(${name}) AS ${name}`).join(', ')}
       FROM usage_record WHERE started_on = $2 AND (attempt_id = $1 OR corrects_id = $1)`,
      [call.attemptId, dayOf(madeAtMs)],
    );
    const differences = {
      cost_nano_usd: (call.costNanoUsd - BigInt(booked?.['cost_nano_usd'] ?? 0)).toString(),
      ...Object.fromEntries(
        LEDGER_BUCKETS.map((name) => [
          name,
          call.usage ? (call.usage[name] ?? 0) - Number(booked?.[name] ?? 0) : 0,
        ]),
      ),
    };
    if (Object.values(differences).every((value) => Number(value) === 0)) return 'unchanged';
    await manager.query(
      `INSERT INTO usage_record SELECT (jsonb_populate_record(original, $3::jsonb)).*
       FROM usage_record AS original WHERE attempt_id = $1 AND started_on = $2`,
      [
        call.attemptId,
        dayOf(madeAtMs),
        JSON.stringify({
          ...differences,
          attempt_id: newId('att', madeAtMs),
          corrects_id: call.attemptId,
          cost_source: 'reconciled',
          held_nano_usd: 0,
          recorded_at: new Date().toISOString(),
          latency_ms: null,
          first_token_ms: null,
        }),
      ],
    );
    return 'corrected';
  }
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
