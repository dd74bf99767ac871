import { Injectable } from '@nestjs/common';
import type { AuditEvent, AuditLog } from '../access/audit-log';
import { newId } from '../common/ids';
import { toAuditEntry } from './trail/audit-entry';
import { AuditProcessor } from './trail/audit.processor';

/** Writes audit events straight into the trail: for processes that run jobs, which have no outbox. Resolves when the event is stored. */
@Injectable()
export class TrailAuditLog implements AuditLog {
  constructor(private readonly processor: AuditProcessor) {}

  async record(event: AuditEvent): Promise<void> {
    const nowMs = Date.now();
    await this.processor.process({ entries: [toAuditEntry(event, newId('evt', nowMs), nowMs)] });
  }
}
