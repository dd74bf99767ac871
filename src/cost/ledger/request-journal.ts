import { Injectable } from '@nestjs/common';
import { Outbox } from '../../platform/outbox/outbox';
import type { RequestRow } from './request-row';

/** Notes durably how requests ended; a process that is killed right after loses nothing of it. */
@Injectable()
export class RequestJournal {
  constructor(private readonly outbox: Outbox) {}

  note(row: RequestRow): Promise<void> {
    return this.outbox.append({ topic: 'request', kind: 'event', id: row.request_id, payload: { ...row } });
  }
}
