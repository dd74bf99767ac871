import { Injectable, Logger } from '@nestjs/common';
import type { PeriodicTask } from '../../platform/queue/periodic-task';
import { MetricsService } from '../../telemetry/metrics.service';
import { DecisionsConfig } from '../decisions.config';
import { LearningRepository } from './learning.repository';
import type { DueTenant } from './learning-settings';
import { TenantLearner, type Turn } from './tenant-learner';

const EVERY_MS = 60_000;

/** Gives every tenant that wants it its turn of learning, one after the other. */
@Injectable()
export class RouterLearning implements PeriodicTask {
  readonly name = 'router-learning';
  readonly everyMs = EVERY_MS;
  private readonly logger = new Logger(RouterLearning.name);

  constructor(
    private readonly tenants: LearningRepository,
    private readonly learner: TenantLearner,
    private readonly config: DecisionsConfig,
    private readonly metrics: MetricsService,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const tenant = await this.tenants.claim(this.config.learningIntervalMinutes);
      if (!tenant) return;
      const { result, lastDecisionId } = await this.turnOf(tenant, signal);
      const { organizationId } = tenant;
      await this.tenants.finish(organizationId, result, lastDecisionId);
      const { outcome, reason } = result;
      this.metrics.routerLearning(outcome);
      this.logger.log({
        message: 'Learned from decisions',
        organization_id: organizationId,
        outcome,
        ...(reason !== undefined && { reason }),
      });
    }
  }

  /** A tenant whose turn fails does not keep the others from theirs. */
  private async turnOf(tenant: DueTenant, signal: AbortSignal): Promise<Turn> {
    try {
      return await this.learner.learn(tenant, signal);
    } catch (error) {
      signal.throwIfAborted();
      this.logger.warn(
        { err: error, organization_id: tenant.organizationId },
        'learning from decisions failed',
      );
      const reason = 'an internal error; the log says more';
      return { result: { outcome: 'failed', at: new Date().toISOString(), reason } };
    }
  }
}
