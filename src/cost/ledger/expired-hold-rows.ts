import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { PeriodicTask } from '../../platform/queue/periodic-task';
import { Reconciliation } from './reconciliation';

/** Error code of the row that stands for a hold which expired. */
export const HOLD_EXPIRED = 'hold_expired';

const EVERY_MS = 60_000;

/** Rows of expired holds whose calls have rows of their own; $1 narrows it to some holds. */
const REPLACED = `
  SELECT expired.organization_id, expired.attempt_id FROM usage_record AS expired
  WHERE expired.error_code = 'hold_expired' AND expired.corrects_id IS NULL
    AND ($1::text[] IS NULL OR expired.hold_id = ANY($1::text[]))
    AND EXISTS (SELECT FROM usage_record AS call WHERE call.request_id = expired.request_id
      AND call.hold_id = expired.hold_id AND call.error_code IS DISTINCT FROM 'hold_expired')
    AND NOT EXISTS (SELECT FROM usage_record AS correction WHERE correction.corrects_id = expired.attempt_id)`;

/**
 * Takes back the row of an expired hold once the calls under that hold are booked after all: a spool that was thought lost
 * was adopted, or an owner came back from a long outage. Done with the calls; the periodic look finds what was booked
 * at the same moment.
 */
@Injectable()
export class ExpiredHoldRows implements PeriodicTask {
  readonly name = 'expired-hold-rows';
  readonly everyMs = EVERY_MS;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly reconciliation: Reconciliation,
  ) {}

  run(): Promise<void> {
    return this.takeBack(null);
  }

  /** Call when rows under these holds were booked. */
  replaced(holdIds: ReadonlySet<string>): Promise<void> {
    return holdIds.size === 0 ? Promise.resolve() : this.takeBack([...holdIds]);
  }

  private async takeBack(holdIds: readonly string[] | null): Promise<void> {
    const rows = await this.dataSource.query<{ organization_id: string; attempt_id: string }[]>(REPLACED, [
      holdIds,
    ]);
    for (const { organization_id, attempt_id } of rows)
      await this.reconciliation.reconcile(organization_id, {
        attemptId: attempt_id,
        costNanoUsd: 0n,
        usage: {},
      });
  }
}
