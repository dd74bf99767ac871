import { CreateDateColumn, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** A network (`10.1.2.0/24`, `2001:db8:1:0:0:0:0:0/48`) or country (`country:DE`) an API key has been used from. */
@Entity('api_key_place')
export class ApiKeyPlaceEntity {
  @ForeignKey('ApiKeyEntity', { name: 'api_key_place_key_fk', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'text', name: 'api_key_id', primaryKeyConstraintName: 'api_key_place_pk' })
  apiKeyId: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'api_key_place_pk' })
  place: string;

  @CreateDateColumn({ type: 'timestamptz', name: 'first_seen_at' })
  firstSeenAt: Date;
}
