import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Clock } from '../../common/clock';
import { newId } from '../../common/ids';
import { displayUsd } from '../../common/money';
import type { AlertEvent } from '../../platform/alerts/alert-event';
import type { PeriodicTask } from '../../platform/queue/periodic-task';
import { AlertDesk } from './alert-desk';
import { AlertsConfig } from './alerts.config';

const EVERY_MS = 30_000;
const MINUTE_MS = 60_000;
/** A call may come into the ledger long after it was made. */
const LOOK_BACK_MS = 86_400_000;
/** Rows that do not even say whose they are. */
const NOBODY = 'unknown';

/** Calls that cost more than their worst case, by the stretch of time they were made in. */
interface Overrun {
  readonly organization_id: string;
  readonly provider: string;
  readonly model: string;
  readonly stretch: string;
  readonly calls: number;
  readonly over_nano_usd: string;
}

interface DeadLetters {
  readonly organization_id: string | null;
  readonly topic: string;
  readonly rows: number;
}

const OVERRUNS = `
  SELECT organization_id, provider, resolved_model AS model,
    floor(extract(epoch FROM started_at) * 1000 / $2::bigint)::bigint::text AS stretch,
    count(*)::int AS calls, sum(cost_nano_usd - held_nano_usd)::text AS over_nano_usd
  FROM usage_record
  WHERE cost_nano_usd > held_nano_usd AND corrects_id IS NULL
    AND started_at >= $1 AND started_on >= ($1 AT TIME ZONE 'UTC')::date - 1
  GROUP BY 1, 2, 3, 4`;

/** Tells of calls that cost more than their reservation, and of rows that the ledger refused. */
@Injectable()
export class LedgerAlerts implements PeriodicTask {
  readonly name = 'ledger-alerts';
  readonly everyMs = EVERY_MS;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly desk: AlertDesk,
    private readonly config: AlertsConfig,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<void> {
    const since = new Date(this.clock.now() - LOOK_BACK_MS);
    const overruns = await this.dataSource.query<Overrun[]>(OVERRUNS, [since, this.stretchMs]);
    const letters = await this.dataSource.query<DeadLetters[]>(
      `SELECT organization_id, topic, count(*)::int AS rows FROM ledger_dead_letter GROUP BY 1, 2`,
    );
    await this.desk.take([
      ...overruns.map((overrun) => this.ofOverrun(overrun)),
      ...letters.map((dead) => this.ofDeadLetters(dead)),
    ]);
  }

  private get stretchMs(): number {
    return this.config.repeatMinutes * MINUTE_MS;
  }

  private ofOverrun({
    organization_id,
    provider,
    model,
    stretch,
    calls,
    over_nano_usd,
  }: Overrun): AlertEvent {
    const over = displayUsd(BigInt(over_nano_usd));
    return this.toAlert(organization_id, {
      kind: 'overrun',
      severity: 'warning',
      dedupeKey: `overrun/${provider}/${model}/${this.config.repeatMinutes}m/${stretch}`,
      summary: `${provider} billed calls of ${model} above their worst case, by $${over} in all; they are booked in full`,
      facts: { provider, model, calls, over_nano_usd },
    });
  }

  /** Told again for as long as there are any. */
  private ofDeadLetters({ organization_id, topic, rows }: DeadLetters): AlertEvent {
    const stretch = Math.floor(this.clock.now() / this.stretchMs);
    return this.toAlert(organization_id ?? NOBODY, {
      kind: 'dead_letters',
      severity: 'critical',
      dedupeKey: `dead_letters/${topic}/${this.config.repeatMinutes}m/${stretch}`,
      summary: `The ledger refused ${rows} ${topic} rows; they are kept as dead letters until they are booked`,
      facts: { topic, rows },
    });
  }

  private toAlert(
    organizationId: string,
    rest: Pick<AlertEvent, 'kind' | 'severity' | 'dedupeKey' | 'summary' | 'facts'>,
  ): AlertEvent {
    const now = this.clock.now();
    return { id: newId('evt', now), organizationId, at: new Date(now).toISOString(), ...rest };
  }
}
