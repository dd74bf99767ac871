import type { RedisClient } from '../redis/redis-connection';
import { KeyValueCache } from './key-value-cache';

/** A cache all replicas share. Redis bounds it; without an answer in time it is empty. */
export class RedisKeyValueCache extends KeyValueCache {
  constructor(
    private readonly client: RedisClient,
    private readonly keyPrefix: string,
  ) {
    super();
  }

  async get(key: string): Promise<Buffer | undefined> {
    const value = await this.client.getBuffer(this.nameOf(key)).catch(() => null);
    return value ?? undefined;
  }

  async set(key: string, value: Buffer, ttlMs: number): Promise<void> {
    if (ttlMs <= 0) return this.delete(key);
    await this.client.set(this.nameOf(key), value, 'PX', Math.ceil(ttlMs)).catch(() => undefined);
  }

  async delete(key: string): Promise<void> {
    await this.client.unlink(this.nameOf(key)).catch(() => undefined);
  }

  private nameOf(key: string): string {
    return `${this.keyPrefix}:cache:${key}`;
  }
}
