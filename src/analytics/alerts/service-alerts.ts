import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Clock } from '../../common/clock';
import { newId } from '../../common/ids';
import type { AlertEvent } from '../../platform/alerts/alert-event';
import type { PeriodicTask } from '../../platform/queue/periodic-task';
import { AlertDesk } from './alert-desk';
import { AlertsConfig } from './alerts.config';

const EVERY_MS = 30_000;
const MINUTE_MS = 60_000;
const WHOLE = 100;

/** Calls of one organization to one provider, or to all, in the window. */
interface Recent {
  readonly organization_id: string;
  /** Null: all providers. */
  readonly provider: string | null;
  readonly calls: number;
  readonly failed: number;
  readonly p95_ms: number | null;
}

/** Clients that leave are no failures, and calls an open circuit kept from being made say nothing new. */
const RECENT = `
  SELECT zone.organization_id, recent.* FROM rollup_zone AS zone CROSS JOIN LATERAL (
    SELECT provider, count(*)::int AS calls, (count(*) FILTER (WHERE status IN ('error', 'unknown')))::int AS failed,
      percentile_cont(0.95) WITHIN GROUP (ORDER BY latency_ms) FILTER (WHERE status = 'success') AS p95_ms
    FROM usage_record
    WHERE organization_id = zone.organization_id AND started_at >= $1 AND started_on >= ($1 AT TIME ZONE 'UTC')::date - 1
      AND corrects_id IS NULL AND status <> 'aborted' AND error_code IS DISTINCT FROM 'circuit_open'
    GROUP BY GROUPING SETS ((), (provider))
    HAVING count(*) >= $2) AS recent`;

/** Watches how calls of the last minutes went: error rate, latency, providers that answer nobody. */
@Injectable()
export class ServiceAlerts implements PeriodicTask {
  readonly name = 'service-alerts';
  readonly everyMs = EVERY_MS;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly desk: AlertDesk,
    private readonly config: AlertsConfig,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<void> {
    const { windowMinutes, minCalls } = this.config;
    const since = new Date(this.clock.now() - windowMinutes * MINUTE_MS);
    const recent = await this.dataSource.query<Recent[]>(RECENT, [since, minCalls]);
    await this.desk.take(recent.flatMap((calls) => this.alertsOf(calls)));
  }

  private alertsOf(recent: Recent): readonly AlertEvent[] {
    if (recent.provider !== null)
      return recent.failed === recent.calls ? [this.outage(recent, recent.provider)] : [];
    const alerts: AlertEvent[] = [];
    if (recent.failed > recent.calls * this.config.errorRate) alerts.push(this.errorRate(recent));
    const { latencyWarningMs, latencyCriticalMs } = this.config;
    if (recent.p95_ms !== null && recent.p95_ms > Math.min(latencyWarningMs, latencyCriticalMs))
      alerts.push(this.latency(recent, recent.p95_ms));
    return alerts;
  }

  private outage({ organization_id, calls }: Recent, provider: string): AlertEvent {
    return this.toAlert(organization_id, {
      kind: 'provider_outage',
      severity: 'critical',
      what: `outage/${provider}`,
      summary: `${provider} has answered none of the last ${calls} calls`,
      facts: { provider, calls },
    });
  }

  private errorRate({ organization_id, calls, failed }: Recent): AlertEvent {
    const rate = Math.round((failed / calls) * WHOLE * 10) / 10;
    return this.toAlert(organization_id, {
      kind: 'error_rate',
      severity: failed === calls ? 'critical' : 'warning',
      what: 'error_rate',
      summary: `${rate} % of the calls of the last ${this.config.windowMinutes} minutes failed`,
      facts: { calls, failed, error_rate: failed / calls, limit: this.config.errorRate },
    });
  }

  private latency({ organization_id, calls }: Recent, p95: number): AlertEvent {
    const isCritical = p95 > this.config.latencyCriticalMs;
    const p95_ms = Math.round(p95);
    return this.toAlert(organization_id, {
      kind: 'latency',
      severity: isCritical ? 'critical' : 'warning',
      // A warning that has been told must not keep the critical alert from being told.
      what: isCritical ? 'latency/critical' : 'latency/warning',
      summary: `One in twenty calls of the last ${this.config.windowMinutes} minutes took longer than ${p95_ms} ms`,
      facts: {
        calls,
        p95_ms,
        limit_ms: isCritical ? this.config.latencyCriticalMs : this.config.latencyWarningMs,
      },
    });
  }

  private toAlert(
    organizationId: string,
    {
      what,
      ...rest
    }: Pick<AlertEvent, 'kind' | 'severity' | 'summary' | 'facts'> & { readonly what: string },
  ): AlertEvent {
    const now = this.clock.now();
    const period = Math.floor(now / (this.config.repeatMinutes * MINUTE_MS));
    return {
      id: newId('evt', now),
      organizationId,
      dedupeKey: `${what}/${this.config.repeatMinutes}m/${period}`,
      at: new Date(now).toISOString(),
      ...rest,
    };
  }
}
