import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What became of one answer whose model routing chose freely; by source. No text. */
@Entity('routing_answer_outcome')
@Index('routing_answer_outcome_time', ['notedAt'])
export class AnswerOutcomeEntity {
  @PrimaryColumn({ name: 'request_id', type: 'text' })
  requestId: string;

  @PrimaryColumn({ type: 'text' })
  source: string;

  @Column({ name: 'organization_id', type: 'text' })
  organizationId: string;

  @Column({ type: 'text' })
  provider: string;

  @Column({ type: 'text' })
  model: string;

  @Column({ type: 'real' })
  score: number;

  @Column({ name: 'noted_at', type: 'timestamptz', default: () => 'now()' })
  notedAt: Date;
}
