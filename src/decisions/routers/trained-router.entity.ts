import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A router a tenant has uploaded or the service has learned for it. Never changed. */
@Entity('trained_router')
@Index('trained_router_fingerprint', ['organizationId', 'fingerprint'], { unique: true })
export class TrainedRouterEntity {
  @PrimaryColumn({ name: 'router_id', type: 'text' })
  routerId: string;

  @Column({ name: 'organization_id', type: 'text' })
  organizationId: string;

  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'text' })
  fingerprint: string;

  @Column({ type: 'text' })
  origin: string;

  /** The artefact as JSON text, checked when it came. */
  @Column({ type: 'text', select: false })
  content: string;

  /** What it was trained on and what it knows, for people. */
  @Column({ type: 'jsonb' })
  facts: object;

  /** What the replay said of it; of learned ones only. */
  @Column({ type: 'jsonb', nullable: true })
  verdict: object | null;

  /** Last day of the outcomes in it; later ones still count as evidence. */
  @Column({ name: 'learned_until', type: 'date', nullable: true })
  learnedUntil: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt: Date;
}
