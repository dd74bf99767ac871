import { hash } from 'node:crypto';
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { AuditLog } from '../../access/audit-log';
import { newId } from '../../common/ids';
import type { AlertEvent } from '../../platform/alerts/alert-event';
import { JobQueues } from '../../platform/queue/job-queues';
import { MetricsService } from '../../telemetry/metrics.service';
import type { SecurityEventEntity, SecurityEventKind } from '../../tenancy/security/security-event.entity';
import { SecurityEventStore } from '../../tenancy/security/security-event-store';

const EVERY_MS = 10_000;
const CLEAN_EVERY = 360;

/** What people are told; where and from which address is in the audit trail. */
const SUMMARIES: Readonly<Record<SecurityEventKind, string>> = {
  failed_logins: 'Many authentications were refused within a minute.',
  new_network: 'An API key was used from a network it was never used from.',
  new_country: 'An API key was used from a country it was never used from.',
  unusual_rate: 'An API key makes far more calls than in its busiest hour so far.',
  unusual_spend: 'An API key spends far more money than in its busiest hour so far.',
};

/** Brings noted security events to the audit trail, the alerts, the metrics and the log, from whichever process noticed them. */
@Injectable()
export class SecurityEventRecorder implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('security');
  #timer: NodeJS.Timeout | undefined;
  #runs = 0;

  constructor(
    private readonly store: SecurityEventStore,
    private readonly audit: AuditLog,
    private readonly metrics: MetricsService,
    private readonly queues: JobQueues,
  ) {}

  onModuleInit(): void {
    this.#timer = setInterval(() => void this.run(), EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
  }

  async run(): Promise<void> {
    try {
      await this.store.drain((event) => this.record(event));
      this.#runs += 1;
      if (this.#runs % CLEAN_EVERY === 0) await this.store.deleteOld();
    } catch {
      this.logger.warn('Security events could not be recorded; the next run tries again');
    }
  }

  private async record(event: SecurityEventEntity): Promise<void> {
    const { kind, subjectKind, subjectId, organizationId, facts, address } = event;
    await this.audit.record({
      organizationId,
      action: `security.${kind}`,
      outcome: 'failure',
      actor: { kind: 'system' },
      target: { kind: subjectKind, id: subjectId },
      details: { ...facts, occurrence: event.dedupeKey },
      ...(address !== null && { address }),
    });
    // A job of this id is added once; the alert itself is told once per key in any case.
    await this.queues.add('alerts', { alerts: [toAlert(event)] }, `sec-${hash('sha256', event.dedupeKey)}`);
    this.metrics.securityEvent(kind);
    this.logger.warn({
      message: 'Unusual activity',
      kind,
      subject: subjectId,
      organization_id: organizationId,
    });
  }
}

/** Addresses stay in the audit trail: an alert travels to mailboxes and chats. */
function toAlert(event: SecurityEventEntity): AlertEvent {
  const { kind, subjectKind, subjectId, organizationId, facts, createdAt } = event;
  const { network: _network, ...figures } = facts;
  return {
    id: newId('evt'),
    organizationId,
    kind: 'security',
    severity: kind === 'failed_logins' || kind === 'unusual_spend' ? 'critical' : 'warning',
    dedupeKey: `security/${hash('sha256', event.dedupeKey)}`,
    summary: SUMMARIES[kind],
    facts: { event: kind, ...(subjectKind !== 'address' && { [subjectKind]: subjectId }), ...figures },
    at: createdAt.toISOString(),
  };
}
