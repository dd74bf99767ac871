import { Injectable } from '@nestjs/common';
import type { HealthCheck, HealthCheckResult } from '../lifecycle/health-check';
import { Outbox } from './outbox';

/** Ready while calls can be noted; a full outbox refuses them. */
@Injectable()
export class OutboxHealthCheck implements HealthCheck {
  readonly name = 'outbox';

  constructor(private readonly outbox: Outbox) {}

  check(): Promise<HealthCheckResult> {
    const { full, unshippedOutcomes } = this.outbox.pending();
    return Promise.resolve({ ok: !full, detail: `${unshippedOutcomes} lines not yet shipped` });
  }
}
