import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { AuditLog } from '../../access/audit-log';
import { MetricsService } from '../../telemetry/metrics.service';
import type { SecurityEventEntity } from '../../tenancy/security/security-event.entity';
import { SecurityEventStore } from '../../tenancy/security/security-event-store';

const EVERY_MS = 10_000;
const CLEAN_EVERY = 360;

/** Brings noted security events to the audit trail, the metrics and the log, from whichever process noticed them. */
@Injectable()
export class SecurityEventRecorder implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('security');
  #timer: NodeJS.Timeout | undefined;
  #runs = 0;

  constructor(
    private readonly store: SecurityEventStore,
    private readonly audit: AuditLog,
    private readonly metrics: MetricsService,
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
    this.metrics.securityEvent(kind);
    this.logger.warn({
      message: 'Unusual activity',
      kind,
      subject: subjectId,
      organization_id: organizationId,
    });
  }
}
