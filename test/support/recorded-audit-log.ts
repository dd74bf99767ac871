import { Global, Module } from '@nestjs/common';
import { AuditLog, type AuditEvent } from '../../src/access/audit-log';

/** Keeps what was recorded, for apps without the audit module. */
class RecordedAuditLog extends AuditLog {
  readonly events: AuditEvent[] = [];

  record(event: AuditEvent): Promise<void> {
    this.events.push(event);
    return Promise.resolve();
  }
}

@Global()
@Module({
  providers: [{ provide: AuditLog, useClass: RecordedAuditLog }],
  exports: [AuditLog],
})
export class RecordedAuditModule {}
