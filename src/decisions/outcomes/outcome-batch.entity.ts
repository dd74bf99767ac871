import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Batches that are booked, so that none counts twice. */
@Entity('routing_outcome_batch')
@Index('routing_outcome_batch_time', ['bookedAt'])
export class OutcomeBatchEntity {
  @PrimaryColumn({ name: 'batch_id', type: 'text' })
  batchId: string;

  @Column({ name: 'booked_at', type: 'timestamptz', default: () => 'now()' })
  bookedAt: Date;
}
