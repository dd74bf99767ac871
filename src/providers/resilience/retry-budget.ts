import { Injectable } from '@nestjs/common';
import { ProvidersConfig } from '../providers.config';

/** Repetitions that are at hand after a calm time, so that a single failure is repeated also when little is going on. */
const CAPACITY = 10;

/**
 * Keeps an outage from multiplying calls: every request that reaches a provider earns a part of a repetition,
 * every repeated call takes a whole one. One bucket per provider.
 */
@Injectable()
export class RetryBudget {
  private readonly levels = new Map<string, number>();
  private readonly earned: number;

  constructor(config: ProvidersConfig) {
    this.earned = config.retryBudgetPercent / 100;
  }

  /** A request calls the provider for the first time. */
  noteRequest(provider: string): void {
    this.levels.set(provider, Math.min(CAPACITY, this.levelOf(provider) + this.earned));
  }

  has(provider: string): boolean {
    return this.earned > 0 && this.levelOf(provider) >= 1;
  }

  /** Takes one repetition; false when there is none left and the call must not be made. */
  take(provider: string): boolean {
    if (!this.has(provider)) return false;
    this.levels.set(provider, this.levelOf(provider) - 1);
    return true;
  }

  private levelOf(provider: string): number {
    return this.levels.get(provider) ?? CAPACITY;
  }
}
