import { Injectable, Logger } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import type { JobProcessor } from '../../platform/queue/job-processor';
import { AuditConfig } from '../audit.config';
import { CheckpointRepository } from '../checkpoints/checkpoint.repository';
import { parseAuditEntry, type AuditEntry } from './audit-entry';
import { AuditTrailRepository } from './audit-trail.repository';

/** SQLSTATE classes of data the database does not take: wrong values, broken constraints. */
const REFUSALS = /^(?:22|23)/;

/** Appends batches of events to the trails they belong to. An event the database refuses does not hold up the others. */
@Injectable()
export class AuditProcessor implements JobProcessor {
  readonly queue = 'audit' as const;
  private readonly logger = new Logger(AuditProcessor.name);

  constructor(
    private readonly trail: AuditTrailRepository,
    private readonly checkpoints: CheckpointRepository,
    private readonly config: AuditConfig,
  ) {}

  async process(job: { readonly entries: readonly unknown[] }): Promise<void> {
    const entries = job.entries.map(parseAuditEntry).filter((entry) => entry !== undefined);
    if (entries.length < job.entries.length)
      this.logger.error(`${job.entries.length - entries.length} malformed audit events in a job`);
    const failures: unknown[] = [];
    for (const [organizationId, own] of Map.groupBy(entries, (entry) => entry.organization_id)) {
      failures.push(...(await this.append(organizationId, own)));
    }
    if (failures.length > 0)
      throw new AggregateError(failures, `${failures.length} audit events were refused`);
  }

  private async append(organizationId: string, entries: readonly AuditEntry[]): Promise<readonly unknown[]> {
    try {
      const { head, checkpointSequence } = await this.trail.append(organizationId, entries);
      if (head.sequence - checkpointSequence >= this.config.checkpointEvents)
        await this.checkpoints.make(organizationId);
      return [];
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (entries.length <= 1) return [error];
      const failures: unknown[] = [];
      for (const entry of entries) failures.push(...(await this.append(organizationId, [entry])));
      return failures;
    }
  }
}

function isRefusal(error: unknown): boolean {
  const code: unknown =
    error instanceof QueryFailedError ? Reflect.get(error.driverError, 'code') : undefined;
  return typeof code === 'string' && REFUSALS.test(code);
}
