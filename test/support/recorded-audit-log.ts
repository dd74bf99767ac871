import { Global, Module } from '@nestjs/common';
import { AuditLog, type AuditEvent } from '../../src/access/audit-log';
import { MetricsService } from '../../src/telemetry/metrics.service';
import { silentMetrics } from './cost-kit';

/** Keeps what was recorded, for apps without the audit module; metrics go nowhere. */
class RecordedAuditLog extends AuditLog {
  readonly events: AuditEvent[] = [];

  record(event: AuditEvent): Promise<void> {
    this.events.push(event);
    return Promise.resolve();
  }
}

@Global()
@Module({
  providers: [
    { provide: AuditLog, useClass: RecordedAuditLog },
    { provide: MetricsService, useFactory: silentMetrics },
  ],
  exports: [AuditLog, MetricsService],
})
export class RecordedAuditModule {}
