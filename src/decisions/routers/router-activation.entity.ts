import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** From when on a router counted for a tenant; the newest one that is not rolled back counts. */
@Entity('router_activation')
@Index('router_activation_standing', ['organizationId', 'activationId'], { where: 'rolled_back_at IS NULL' })
@Index('router_activation_router', ['routerId'])
export class RouterActivationEntity {
  @PrimaryColumn({ name: 'activation_id', type: 'text' })
  activationId: string;

  @Column({ name: 'organization_id', type: 'text' })
  organizationId: string;

  /** Null for the router that ships. */
  @Column({ name: 'router_id', type: 'text', nullable: true })
  routerId: string | null;

  @Column({ name: 'activated_at', type: 'timestamptz', default: () => 'now()' })
  activatedAt: Date;

  @Column({ name: 'rolled_back_at', type: 'timestamptz', nullable: true })
  rolledBackAt: Date | null;
}
