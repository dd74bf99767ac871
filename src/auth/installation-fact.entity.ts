import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** One thing that all processes of an installation must agree on, such as the fingerprint of the pepper. */
@Entity('installation_fact')
export class InstallationFactEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'installation_fact_pk' })
  name: string;

  @Column({ type: 'text' })
  value: string;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;
}
