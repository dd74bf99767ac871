import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What decision records refer to by version: a catalogue, or the weights of the objectives. Never changed. */
@Entity('routing_version')
export class RoutingVersionEntity {
  @PrimaryColumn({ type: 'text' })
  kind: string;

  @PrimaryColumn({ type: 'text' })
  version: string;

  @Column({ type: 'jsonb' })
  content: unknown;

  @Column({ name: 'first_used_at', type: 'timestamptz', default: () => 'now()' })
  firstUsedAt: Date;
}
