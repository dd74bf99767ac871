import { Injectable } from '@nestjs/common';
import type { AuditEvent, AuditLog } from '../access/audit-log';
import { Clock } from '../common/clock';
import { newId } from '../common/ids';
import { Outbox } from '../platform/outbox/outbox';
import { toAuditEntry } from './trail/audit-entry';

/** Writes audit events into the outbox: they survive the death of this process and are in the trail soon after. */
@Injectable()
export class OutboxAuditLog implements AuditLog {
  constructor(
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** Rejects with `outbox_full` or `outbox_unwritable` when the event could not be noted. */
  async record(event: AuditEvent): Promise<void> {
    const nowMs = this.clock.now();
    const id = newId('evt', nowMs);
    await this.outbox.append({
      topic: 'audit',
      kind: 'event',
      id,
      payload: { ...toAuditEntry(event, id, nowMs) },
    });
  }
}
