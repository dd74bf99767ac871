import { Injectable } from '@nestjs/common';
import type { HealthCheck, HealthCheckResult } from '../../platform/lifecycle/health-check';
import { RedisHealthCheck } from '../../platform/redis/redis.health-check';
import { CostConfig } from '../cost.config';

/** Ready without Redis where leases stand in for it: traffic must go on reaching a replica that can serve it. */
@Injectable()
export class SharedStoreHealthCheck implements HealthCheck {
  readonly name = 'redis';

  constructor(
    private readonly redis: RedisHealthCheck,
    private readonly config: CostConfig,
  ) {}

  async check(): Promise<HealthCheckResult> {
    try {
      return await this.redis.check();
    } catch (error) {
      if (this.config.onStoreLoss === 'closed') throw error;
      return { ok: true, detail: 'away; leases and shares of limits are in use' };
    }
  }
}
