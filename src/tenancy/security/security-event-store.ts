import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { SecurityEventEntity } from './security-event.entity';

export type NewSecurityEvent = Omit<SecurityEventEntity, 'createdAt' | 'recordedAt'>;

const KEEP_DAYS = 90;
const BATCH = 100;

/**
 * Where unusual things are noted. Any process may note them, several times and at once; a process that has the audit trail
 * takes them from here.
 */
@Injectable()
export class SecurityEventStore {
  constructor(
    @InjectRepository(SecurityEventEntity) private readonly events: Repository<SecurityEventEntity>,
  ) {}

  /** Notes the event unless one with its key is there already. */
  async note(event: NewSecurityEvent): Promise<void> {
    const { dedupeKey, organizationId, kind, subjectKind, subjectId, address, facts } = event;
    await this.events.manager.query(
      `INSERT INTO security_event (dedupe_key, organization_id, kind, subject_kind, subject_id, address, facts)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
      [dedupeKey, organizationId, kind, subjectKind, subjectId, address, JSON.stringify(facts)],
    );
  }

  /**
   * Hands every event that is not recorded yet to `record`, oldest first, one process at a time. What `record` fails for stays for
   * the next time, so that an event is recorded at least once.
   */
  async drain(record: (event: SecurityEventEntity) => Promise<void>): Promise<number> {
    return this.events.manager.transaction(async (manager) => {
      const pending = await manager
        .createQueryBuilder(SecurityEventEntity, 'event')
        .where('event.recorded_at IS NULL')
        .orderBy('event.created_at')
        .limit(BATCH)
        .setLock('pessimistic_write')
        .setOnLocked('skip_locked')
        .getMany();
      for (const event of pending) {
        await record(event);
        await manager.update(
          SecurityEventEntity,
          { dedupeKey: event.dedupeKey },
          { recordedAt: () => 'now()' },
        );
      }
      return pending.length;
    });
  }

  async deleteOld(): Promise<void> {
    await this.events.manager.query(
      'DELETE FROM security_event WHERE created_at < now() - make_interval(days => $1)',
      [KEEP_DAYS],
    );
  }
}
