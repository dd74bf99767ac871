import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What a person said about an answer; the last word of each user about each request. No text. */
@Entity('routing_feedback')
@Index('routing_feedback_organization_time', ['organizationId', 'givenAt'])
export class RoutingFeedbackEntity {
  @PrimaryColumn({ name: 'request_id', type: 'text' })
  requestId: string;

  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId: string;

  @Column({ name: 'organization_id', type: 'text' })
  organizationId: string;

  @Column({ type: 'text' })
  provider: string;

  @Column({ type: 'text' })
  model: string;

  @Column({ type: 'text' })
  intent: string;

  @Column({ type: 'smallint' })
  band: number;

  @Column({ type: 'double precision' })
  score: number;

  @Column({ name: 'given_at', type: 'timestamptz', default: () => 'now()' })
  givenAt: Date;
}
