import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../common/clock';
import { ApiKeyRepository } from './api-key.repository';

const FLUSH_EVERY_MS = 60_000;

/** Notes when keys were used, and writes it once a minute: a write per request would cost more than the request. */
@Injectable()
export class ApiKeyUsage implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('auth.usage');
  readonly #lastUseMs = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly keys: ApiKeyRepository,
  ) {}

  onModuleInit(): void {
    this.#timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  touch(apiKeyId: string): void {
    this.#lastUseMs.set(apiKeyId, this.clock.now());
  }

  /** Losing these dates in an outage harms nobody, so a failure is only logged. */
  async flush(): Promise<void> {
    if (this.#lastUseMs.size === 0) return;
    const uses = [...this.#lastUseMs].map(([id, ms]) => ({ id, at: new Date(ms) }));
    this.#lastUseMs.clear();
    try {
      await this.keys.markUsed(uses);
    } catch {
      this.logger.warn(`The last use of ${uses.length} key(s) could not be noted`);
    }
  }
}
