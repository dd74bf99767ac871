import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { MOVED } from './rollup-spending';

/**
 * The ledger: one row per call to a vendor, append-only, partitioned by month. Written by
 * {@link LedgerRepository} with plain SQL; the entity exists so that schema drift is noticed.
 */
@Entity('usage_record')
@Index('usage_record_organization_time', ['organizationId', 'startedAt', 'attemptId'])
@Index('usage_record_overrun', ['startedAt'], {
  where: 'cost_nano_usd > held_nano_usd AND corrects_id IS NULL',
})
@Index('usage_record_hold_expired', ['holdId'], {
  where: `error_code = 'hold_expired' AND corrects_id IS NULL`,
})
@Index('usage_record_request', ['requestId'])
@Index('usage_record_moved', ['organizationId', 'heldAt'], { where: MOVED })
@Index('usage_record_organization_user_held', ['organizationId', 'userId', 'heldAt'])
export class UsageRecordEntity {
  @PrimaryColumn({ name: 'attempt_id', type: 'text' })
  attemptId: string;

  /** UTC day of the time inside the attempt id, so that the id alone finds its partition. */
  @PrimaryColumn({ name: 'started_on', type: 'date' })
  startedOn: string;

  @Column({ name: 'started_at', type: 'timestamptz' })
  startedAt: Date;

  @Column({ name: 'finished_at', type: 'timestamptz', nullable: true })
  finishedAt: Date | null;

  @Column({ name: 'held_at', type: 'timestamptz' })
  heldAt: Date;

  @Column({ name: 'recorded_at', type: 'timestamptz', default: () => 'now()' })
  recordedAt: Date;

  @Column({ name: 'request_id', type: 'text' })
  requestId: string;

  @Column({ name: 'client_request_id', type: 'text', nullable: true })
  clientRequestId: string | null;

  @Column({ name: 'hold_id', type: 'text' })
  holdId: string;

  @Column({ name: 'organization_id', type: 'text' })
  organizationId: string;

  @Column({ name: 'project_id', type: 'text', nullable: true })
  projectId: string | null;

  @Column({ name: 'user_id', type: 'text' })
  userId: string;

  @Column({ name: 'api_key_id', type: 'text', nullable: true })
  apiKeyId: string | null;

  @Column({ type: 'text' })
  endpoint: string;

  @Column({ type: 'text' })
  purpose: string;

  @Column({ name: 'requested_model', type: 'text', nullable: true })
  requestedModel: string | null;

  @Column({ type: 'text' })
  provider: string;

  @Column({ name: 'resolved_model', type: 'text' })
  resolvedModel: string;

  @Column({ type: 'text' })
  region: string;

  @Column({ type: 'text' })
  strategy: string;

  @Column({ type: 'text' })
  objective: string;

  @Column({ type: 'text', nullable: true })
  intent: string | null;

  @Column({ name: 'decision_id', type: 'text' })
  decisionId: string;

  @Column({ name: 'price_version', type: 'text' })
  priceVersion: string;

  @Column({ name: 'input_uncached', type: 'bigint' })
  inputUncached: string;

  @Column({ name: 'cache_read', type: 'bigint' })
  cacheRead: string;

  @Column({ name: 'cache_write_5m', type: 'bigint' })
  cacheWrite5m: string;

  @Column({ name: 'cache_write_1h', type: 'bigint' })
  cacheWrite1h: string;

  @Column({ name: 'audio_input', type: 'bigint' })
  audioInput: string;

  @Column({ name: 'image_input', type: 'bigint' })
  imageInput: string;

  @Column({ name: 'output_text', type: 'bigint' })
  outputText: string;

  @Column({ type: 'bigint' })
  reasoning: string;

  @Column({ name: 'audio_output', type: 'bigint' })
  audioOutput: string;

  @Column({ name: 'image_output', type: 'bigint' })
  imageOutput: string;

  @Column({ name: 'cost_nano_usd', type: 'bigint' })
  costNanoUsd: string;

  /** What the request had reserved for this call; an estimated cost never exceeds it. */
  @Column({ name: 'held_nano_usd', type: 'bigint' })
  heldNanoUsd: string;

  @Column({ name: 'cost_source', type: 'text' })
  costSource: string;

  @Column({ type: 'text' })
  status: string;

  @Column({ name: 'error_code', type: 'text', nullable: true })
  errorCode: string | null;

  @Column({ name: 'latency_ms', type: 'integer', nullable: true })
  latencyMs: number | null;

  @Column({ name: 'first_token_ms', type: 'integer', nullable: true })
  firstTokenMs: number | null;

  /** Set on corrections: the attempt whose cost and tokens this row changes by its own, signed, ones. */
  @Index('usage_record_corrects', { where: 'corrects_id IS NOT NULL' })
  @Column({ name: 'corrects_id', type: 'text', nullable: true })
  correctsId: string | null;

  /** Where the client is, when a proxy in front says so. */
  @Column({ name: 'caller_region', type: 'text', nullable: true })
  callerRegion: string | null;

  /** Of an estimate of ours: what the call cost at least; `heldNanoUsd` is the most. */
  @Column({ name: 'least_nano_usd', type: 'bigint', nullable: true })
  leastNanoUsd: string | null;

  /** How the vendor said it served, which its price depends on. */
  @Column({ name: 'service_tier', type: 'text', nullable: true })
  serviceTier: string | null;
}
