import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import type { ProviderError } from '../llm/provider-error';
import { ProvidersConfig } from './providers.config';
import { Circuit, type CircuitStatus } from './resilience/circuit';
import {
  ModelHealth,
  type CallTiming,
  type HealthStatus,
  type ModelHealthSnapshot,
} from './resilience/model-health';

/** A vendor as a whole, from the health of its models. */
export interface ProviderHealthSnapshot {
  readonly status: HealthStatus;
  /** The worst circuit of its models. */
  readonly circuit: CircuitStatus;
  /** Median over its models' medians; undefined before the first call. */
  readonly latencyMsP50: number | undefined;
}

/** How long a refused credential keeps a vendor out of routing before it is tried again. */
const CREDENTIAL_PAUSE_MS = 60_000;

/** What this process has learned about vendors and models from its own calls. */
@Injectable()
export class ProviderHealth {
  private readonly models = new Map<string, ModelHealth>();
  private readonly refusedUntilMs = new Map<string, number>();

  constructor(
    private readonly config: ProvidersConfig,
    private readonly clock: Clock,
  ) {}

  /** The memory of one model; made at its first call. Names come from the catalogue, so there are few. */
  of(provider: string, model: string): ModelHealth {
    const name = `${provider}/${model}`;
    const known = this.models.get(name);
    if (known) return known;
    const made = new ModelHealth(
      new Circuit({
        window: this.config.breakerWindow,
        minimumCalls: this.config.breakerMinimumCalls,
        openMs: this.config.breakerOpenMs,
      }),
    );
    this.models.set(name, made);
    return made;
  }

  recordSuccess(provider: string, model: string, timing: CallTiming): void {
    this.refusedUntilMs.delete(provider);
    this.of(provider, model).recordSuccess(timing, this.clock.now());
  }

  recordFailure(provider: string, model: string, error: ProviderError): void {
    if (error.kind === 'authentication' || error.kind === 'billing') {
      this.refusedUntilMs.set(provider, this.clock.now() + CREDENTIAL_PAUSE_MS);
    }
    this.of(provider, model).recordFailure(error, this.clock.now());
  }

  /** For routing: one model as it stands now. A model that was never called counts as available. */
  snapshotOfModel(provider: string, model: string): ModelHealthSnapshot {
    const snapshot = this.models.get(`${provider}/${model}`)?.snapshot(this.clock.now()) ?? UNTRIED;
    return this.isRefused(provider) ? { ...snapshot, status: 'unavailable' } : snapshot;
  }

  /** For operators: the vendor over the given models. */
  snapshotOfProvider(provider: string, models: readonly string[]): ProviderHealthSnapshot {
    const snapshots = models.map((model) => this.snapshotOfModel(provider, model));
    const latencies = snapshots.map((one) => one.latencyMsP50).filter((value) => value !== undefined);
    return {
      status: statusOver(snapshots.map((one) => one.status)),
      circuit: worstCircuit(snapshots.map((one) => one.circuit)),
      latencyMsP50: latencies.sort((a, b) => a - b)[(latencies.length - 1) >> 1],
    };
  }

  private isRefused(provider: string): boolean {
    return (this.refusedUntilMs.get(provider) ?? 0) > this.clock.now();
  }
}

const UNTRIED: ModelHealthSnapshot = {
  status: 'available',
  circuit: 'closed',
  latencyMsP50: undefined,
  firstTokenMsP50: undefined,
};

function statusOver(statuses: readonly HealthStatus[]): HealthStatus {
  if (statuses.every((status) => status === 'available')) return 'available';
  return statuses.every((status) => status === 'unavailable') ? 'unavailable' : 'degraded';
}

function worstCircuit(circuits: readonly CircuitStatus[]): CircuitStatus {
  if (circuits.includes('open')) return 'open';
  return circuits.includes('half_open') ? 'half_open' : 'closed';
}
