import { Injectable, Logger } from '@nestjs/common';
import type { PeriodicTask } from '../../platform/queue/periodic-task';
import { DecisionsConfig } from '../decisions.config';
import { LearningRepository } from './learning.repository';
import { TenantLearner } from './tenant-learner';

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
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const tenant = await this.tenants.claim(this.config.learningIntervalMinutes);
      if (!tenant) return;
      try {
        const { result, lastDecisionId } = await this.learner.learn(tenant, signal);
        await this.tenants.finish(tenant.organizationId, result, lastDecisionId);
        const { outcome, reason } = result;
        this.logger.log({
          message: 'Learned from decisions',
          organization_id: tenant.organizationId,
          outcome,
          reason,
        });
      } catch (error) {
        signal.throwIfAborted();
        this.logger.warn(
          { err: error, organization_id: tenant.organizationId },
          'learning from decisions failed',
        );
        const result = {
          outcome: 'failed',
          at: new Date().toISOString(),
          reason: 'an internal error; the log says more',
        };
        await this.tenants.finish(tenant.organizationId, result, undefined);
      }
    }
  }
}
