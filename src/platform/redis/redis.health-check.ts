import { Inject, Injectable, Optional } from '@nestjs/common';
import type { HealthCheck, HealthCheckResult } from '../lifecycle/health-check';
import { RedisConnection } from './redis-connection';

/** Ready when Redis answers; without a configured Redis there is nothing to wait for. */
@Injectable()
export class RedisHealthCheck implements HealthCheck {
  readonly name = 'redis';

  constructor(@Optional() @Inject(RedisConnection) private readonly redis: RedisConnection | undefined) {}

  async check(): Promise<HealthCheckResult> {
    if (!this.redis) return { ok: true, detail: 'not used' };
    await this.redis.commands.ping();
    return { ok: true };
  }
}
