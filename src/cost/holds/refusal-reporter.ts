import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../access/audit-log';
import type { Caller } from '../../access/caller';
import { MetricsService } from '../../telemetry/metrics.service';
import type { Refusal } from './refusal';

/** Tells metrics and audit trail about requests that are refused for lack of budget. */
@Injectable()
export class RefusalReporter {
  constructor(
    private readonly metrics: MetricsService,
    private readonly audit: AuditLog,
  ) {}

  /** Call once per refused request. Nobody waits for it. */
  report({ budget, error }: Refusal, { caller, requestId }: { caller: Caller; requestId: string }): void {
    if (!budget) return;
    this.metrics.budgetDenied(budget.level);
    const { level, window, limit, spent, held, estimate } = error.details ?? {};
    const facts = { level, window, limit, spent, held, estimate };
    const details = Object.fromEntries(
      Object.entries(facts).flatMap(([name, value]) =>
        typeof value === 'string' || typeof value === 'number' ? [[name, value] as const] : [],
      ),
    );
    this.audit
      .record({
        organizationId: caller.organizationId,
        action: 'budget.block',
        outcome: 'denied',
        actor: {
          kind: caller.apiKeyId === undefined ? 'user' : 'api_key',
          userId: caller.userId,
          ...(caller.apiKeyId !== undefined && { apiKeyId: caller.apiKeyId }),
        },
        target: { kind: 'budget', id: budget.counter },
        details,
        requestId,
      })
      .catch(() => undefined);
  }
}
