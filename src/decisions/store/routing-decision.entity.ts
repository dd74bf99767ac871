import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One routing decision; append-only, partitioned by day, dropped by day when its time is over. */
@Entity('routing_decision')
@Index('routing_decision_organization', ['organizationId', 'decisionId'])
@Index('routing_decision_request', ['requestId'])
@Index('routing_decision_experiment', ['experimentId'], { where: 'experiment_id IS NOT NULL' })
export class RoutingDecisionEntity {
  @PrimaryColumn({ name: 'decision_id', type: 'text' })
  decisionId: string;

  /** UTC day of the time inside the id, so that the id alone finds its partition. */
  @PrimaryColumn({ name: 'decided_on', type: 'date' })
  decidedOn: string;

  @Column({ name: 'organization_id', type: 'text' })
  organizationId: string;

  @Column({ name: 'request_id', type: 'text' })
  requestId: string;

  @Column({ name: 'user_id', type: 'text' })
  userId: string;

  @Column({ name: 'api_key_id', type: 'text', nullable: true })
  apiKeyId: string | null;

  @Column({ name: 'experiment_id', type: 'text', nullable: true })
  experimentId: string | null;

  @Column({ type: 'text', nullable: true })
  variant: string | null;

  /** The packed record, byte for byte as it was written. */
  @Column({ type: 'text' })
  record: string;

  @Column({ name: 'recorded_at', type: 'timestamptz', default: () => 'now()' })
  recordedAt: Date;
}
