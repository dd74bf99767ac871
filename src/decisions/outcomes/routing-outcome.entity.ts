import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Outcome counts per tenant, model, intent, confidence band, source and day. */
@Entity('routing_outcome')
export class RoutingOutcomeEntity {
  @PrimaryColumn({ name: 'organization_id', type: 'text' })
  organizationId: string;

  @PrimaryColumn({ type: 'text' })
  provider: string;

  @PrimaryColumn({ type: 'text' })
  model: string;

  @PrimaryColumn({ type: 'text' })
  intent: string;

  @PrimaryColumn({ type: 'smallint' })
  band: number;

  @PrimaryColumn({ type: 'text' })
  source: string;

  @PrimaryColumn({ type: 'date' })
  day: string;

  @Column({ type: 'integer' })
  count: number;

  @Column({ name: 'score_sum', type: 'double precision' })
  scoreSum: number;
}
