import { Injectable, Logger } from '@nestjs/common';
import { AuditConfig } from '../audit.config';
import { readAnchorFile } from '../anchors/file-anchor';
import type { Checkpoint } from '../checkpoints/checkpoint';
import type { TrailReport } from './trail-report';
import { TrailVerifier } from './trail-verifier';

const DEADLINE_MS = 300_000;

/** Checks of trails as a running service does them: against the configured anchor file, and one at a time per organization. */
@Injectable()
export class TrailCheck {
  private readonly logger = new Logger(TrailCheck.name);
  private readonly running = new Map<string, Promise<TrailReport>>();

  constructor(
    private readonly verifier: TrailVerifier,
    private readonly config: AuditConfig,
  ) {}

  run(organizationId: string): Promise<TrailReport> {
    const known = this.running.get(organizationId);
    if (known) return known;
    const check = this.check(organizationId).finally(() => this.running.delete(organizationId));
    this.running.set(organizationId, check);
    return check;
  }

  private async check(organizationId: string): Promise<TrailReport> {
    const anchors = await this.readAnchors();
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const report = await this.verifier.verify(organizationId, { anchors, signal });
    if (report.problem)
      this.logger.error({ organizationId, problem: report.problem }, 'the audit trail is not intact');
    return report;
  }

  private async readAnchors(): Promise<readonly Checkpoint[]> {
    const { anchorFile } = this.config;
    if (anchorFile === undefined) return [];
    try {
      return await readAnchorFile(anchorFile);
    } catch (error) {
      // Not written yet, or on a disk only the workers have.
      this.logger.warn({ err: error }, 'AUDIT_ANCHOR_FILE cannot be read; checked without it');
      return [];
    }
  }
}
