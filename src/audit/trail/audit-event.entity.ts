import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { JsonObject } from '../../common/json';

/**
 * The audit trail: one row per event, append-only, a hash chain per organization. Written by
 * {@link AuditTrailRepository} with plain SQL; the entity exists so that schema drift is noticed.
 */
@Entity('audit_event')
@Unique('audit_event_id_unique', ['eventId'])
@Index('audit_event_time_index', ['organizationId', 'occurredAt'])
@Index('audit_event_action_index', ['organizationId', 'action', 'sequence'])
@Index('audit_event_subject_index', ['organizationId', 'actorSubject', 'sequence'])
export class AuditEventEntity {
  @PrimaryColumn({ type: 'text', name: 'organization_id', primaryKeyConstraintName: 'audit_event_pk' })
  organizationId: string;

  /** 1, 2, 3 … within the organization, without gaps. */
  @PrimaryColumn({ type: 'bigint', primaryKeyConstraintName: 'audit_event_pk' })
  sequence: string;

  @Column({ type: 'text', name: 'event_id' })
  eventId: string;

  @Column({ type: 'timestamptz', name: 'occurred_at' })
  occurredAt: Date;

  @Column({ type: 'timestamptz', name: 'recorded_at' })
  recordedAt: Date;

  @Column({ type: 'text' })
  action: string;

  @Column({ type: 'text' })
  outcome: string;

  @Column({ type: 'text', name: 'actor_kind' })
  actorKind: string;

  @Column({ type: 'text', name: 'actor_subject', nullable: true })
  actorSubject: string | null;

  @Column({ type: 'text', name: 'api_key_id', nullable: true })
  apiKeyId: string | null;

  @Column({ type: 'text', name: 'target_kind', nullable: true })
  targetKind: string | null;

  @Column({ type: 'text', name: 'target_id', nullable: true })
  targetId: string | null;

  @Column({ type: 'text', name: 'request_id', nullable: true })
  requestId: string | null;

  @Column({ type: 'jsonb' })
  data: JsonObject;

  /** Not part of the hashed form, and null once it is erased. */
  @Column({ type: 'text', nullable: true })
  address: string | null;

  @Column({ type: 'text', name: 'address_salt', nullable: true })
  addressSalt: string | null;

  @Column({ type: 'text', name: 'address_hash', nullable: true })
  addressHash: string | null;

  @Column({ type: 'text', name: 'previous_hash' })
  previousHash: string;

  @Column({ type: 'text' })
  hash: string;
}
