import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What a tenant has decided about learning from its decisions, and how far that is. */
@Entity('router_learning')
@Index('router_learning_due', ['nextRunAt'], { where: 'enabled' })
export class RouterLearningEntity {
  @PrimaryColumn({ name: 'organization_id', type: 'text' })
  organizationId: string;

  @Column({ type: 'boolean', default: false })
  enabled: boolean;

  /** A router that replay finds better is activated; otherwise it is only kept. */
  @Column({ type: 'boolean', default: false })
  automatic: boolean;

  /** Answers nobody complained about count as good ones. */
  @Column({ name: 'implicit_outcomes', type: 'boolean', default: false })
  implicitOutcomes: boolean;

  @Column({ name: 'min_outcomes', type: 'integer', default: 400 })
  minOutcomes: number;

  @Column({ name: 'next_run_at', type: 'timestamptz', default: () => 'now()' })
  nextRunAt: Date;

  @Column({ name: 'last_run_at', type: 'timestamptz', nullable: true })
  lastRunAt: Date | null;

  @Column({ name: 'last_result', type: 'jsonb', nullable: true })
  lastResult: object | null;

  /** Newest decision that was learned from. */
  @Column({ name: 'last_decision_id', type: 'text', nullable: true })
  lastDecisionId: string | null;
}
