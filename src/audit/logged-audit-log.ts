import { Injectable, Logger } from '@nestjs/common';
import type { AuditEvent, AuditLog } from '../access/audit-log';

/** Writes audit events to the service's log. */
@Injectable()
export class LoggedAuditLog implements AuditLog {
  private readonly logger = new Logger('Audit');

  record(event: AuditEvent): Promise<void> {
    this.logger.log({ audit: event }, event.action);
    return Promise.resolve();
  }
}
