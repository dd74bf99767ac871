import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A comparison of routing policies on a tenant's traffic. At most one runs at a time. */
@Entity('routing_experiment')
@Index('routing_experiment_organization', ['organizationId', 'experimentId'])
@Index('routing_experiment_running', ['organizationId'], { unique: true, where: "status = 'running'" })
export class RoutingExperimentEntity {
  @PrimaryColumn({ name: 'experiment_id', type: 'text' })
  experimentId: string;

  @Column({ name: 'organization_id', type: 'text' })
  organizationId: string;

  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'text' })
  status: string;

  @Column({ name: 'split_by', type: 'text' })
  splitBy: string;

  @Column({ type: 'jsonb' })
  variants: unknown;

  @Column({ name: 'started_at', type: 'timestamptz', default: () => 'now()' })
  startedAt: Date;

  @Column({ name: 'stopped_at', type: 'timestamptz', nullable: true })
  stoppedAt: Date | null;
}
