import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from '../../src/access/audit-log';
import { AuditConfig } from '../../src/audit/audit.config';
import { AuditKeys } from '../../src/audit/checkpoints/audit-keys';
import type { Checkpoint } from '../../src/audit/checkpoints/checkpoint';
import { CheckpointRepository } from '../../src/audit/checkpoints/checkpoint.repository';
import { SystemClock } from '../../src/common/clock';
import { newId } from '../../src/common/ids';
import { toAuditEntry, type AuditEntry } from '../../src/audit/trail/audit-entry';
import { AuditProcessor } from '../../src/audit/trail/audit.processor';
import type { AuditRow } from '../../src/audit/trail/audit-row';
import { AuditTrailRepository } from '../../src/audit/trail/audit-trail.repository';
import { readAuditRows } from '../../src/audit/trail/read-audit-rows';
import type { TrailReport } from '../../src/audit/verify/trail-report';
import { TrailVerifier } from '../../src/audit/verify/trail-verifier';
import { DataDirectoryConfig } from '../../src/platform/config/data-directory.config';
import { loadConfig, type RawSettings } from '../../src/platform/config/load-config';
import { RedisConfig } from '../../src/platform/redis/redis.config';
import type { MigratedDatabase } from './migrated-database';

export const TRAIL_OWNER = 'org_1';

/** An event with everything an event can have, but for what is changed. */
export function auditEvent(changes: Partial<AuditEvent> = {}): AuditEvent {
  return {
    organizationId: TRAIL_OWNER,
    action: 'api_key.update',
    outcome: 'success',
    actor: { kind: 'user', userId: 'usr_00000000000000000000000001', apiKeyId: 'key_1' },
    target: { kind: 'api_key', id: 'key_2' },
    before: { name: 'old', limits: { rpm: 60 } },
    after: { name: 'new 😀', limits: { rpm: 1.5e-7 } },
    details: { reason: 'x' },
    requestId: 'req_1',
    address: '203.0.113.7',
    ...changes,
  };
}

export function auditEntry(changes: Partial<AuditEvent> = {}): AuditEntry {
  return toAuditEntry(auditEvent(changes), newId('evt'), Date.now());
}

export async function rowsOf(database: MigratedDatabase, organizationId = TRAIL_OWNER): Promise<AuditRow[]> {
  const rows: AuditRow[] = [];
  const all = { after: -1n, to: 1_000_000_000n };
  for await (const row of readAuditRows(database.dataSource, organizationId, all)) rows.push(row);
  return rows;
}

export async function emptyTrail(database: MigratedDatabase): Promise<void> {
  await database.dataSource.query(`TRUNCATE audit_event, audit_chain, audit_subject, audit_checkpoint,
              audit_export, audit_export_lease, audit_export_dead_letter`);
}

/** The parts around a trail, with keys of their own. */
export class AuditBench {
  readonly trail: AuditTrailRepository;
  readonly keys: AuditKeys;
  readonly checkpoints: CheckpointRepository;
  readonly verifier: TrailVerifier;
  readonly processor: AuditProcessor;
  readonly config: AuditConfig;

  constructor(
    readonly database: MigratedDatabase,
    settings: RawSettings = {},
  ) {
    const raw = { MODELMUXER_DATA_DIR: mkdtempSync(join(tmpdir(), 'mm-audit-')), ...settings };
    const config = loadConfig([AuditConfig, DataDirectoryConfig, RedisConfig], raw);
    this.config = config.get(AuditConfig);
    const clock = new SystemClock();
    this.trail = new AuditTrailRepository(database.dataSource, clock);
    this.keys = new AuditKeys(this.config, config.get(DataDirectoryConfig), config.get(RedisConfig));
    this.checkpoints = new CheckpointRepository(database.dataSource, this.keys, clock);
    this.verifier = new TrailVerifier(database.dataSource, this.checkpoints, this.keys);
    this.processor = new AuditProcessor(this.trail, this.checkpoints, this.config);
  }

  /** Appends that many events, each with an address and a user. */
  async fill(count: number, organizationId = TRAIL_OWNER): Promise<void> {
    const entries = Array.from({ length: count }, (_, n) =>
      auditEntry({ organizationId, actor: { kind: 'user', userId: `usr_${n % 3}` }, details: { n } }),
    );
    await this.trail.append(organizationId, entries);
  }

  verify(anchors: readonly Checkpoint[] = [], organizationId = TRAIL_OWNER): Promise<TrailReport> {
    return this.verifier.verify(organizationId, { anchors, signal: AbortSignal.timeout(20_000) });
  }
}
