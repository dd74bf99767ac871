import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../common/clock';
import type { ProviderError } from '../llm/provider-error';
import { ProviderRegistry } from './provider-registry';
import { ProvidersConfig } from './providers.config';
import { Circuit, type CircuitStatus } from './resilience/circuit';
import { CredentialRefusals } from './resilience/credential-refusals';
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

/** Whom a call went to, and as whom. */
export interface CalledAs {
  readonly provider: string;
  readonly model: string;
  /** Label of the credential. */
  readonly credential: string;
  /** It belongs to one organization: its failures say nothing about the model for others. */
  readonly isTenants?: boolean;
}

/** A refused credential is spared for as long as an open circuit at first, and at most this long. */
const MAX_CREDENTIAL_PAUSE_MS = 60_000;

/** What this process has learned about vendors, models and credentials from its own calls. */
@Injectable()
export class ProviderHealth {
  private readonly logger = new Logger('providers.health');
  private readonly models = new Map<string, Map<string, ModelHealth>>();
  private readonly refusals = new Map<string, CredentialRefusals>();

  constructor(
    private readonly registry: ProviderRegistry,
    private readonly config: ProvidersConfig,
    private readonly clock: Clock,
  ) {}

  /** The memory of one model; made at its first call. Names come from the catalogue, so there are few. */
  of(provider: string, model: string): ModelHealth {
    const models = this.modelsOf(provider);
    const known = models.get(model);
    if (known) return known;
    const made = new ModelHealth(() => this.newCircuit());
    models.set(model, made);
    return made;
  }

  /** Every model of a provider that was called so far. */
  calledModels(provider: string): Iterable<ModelHealth> {
    return this.modelsOf(provider).values();
  }

  recordSuccess({ provider, model, credential }: CalledAs, timing: CallTiming): void {
    this.refusalsOf(provider).accept(credential, model);
    this.of(provider, model).recordSuccess(timing, this.clock.now());
  }

  recordFailure(called: CalledAs, error: ProviderError): void {
    const { provider, model, credential } = called;
    const nowMs = this.clock.now();
    if (this.refusalsOf(provider).note(error, called, nowMs)) {
      const { kind: reason } = error;
      this.logger.warn({ message: 'A provider refuses a credential', provider, credential, model, reason });
    }
    if (called.isTenants === true) this.of(provider, model).of(credential).recordFailure(error, nowMs);
    else this.of(provider, model).recordFailure(error, nowMs, credential);
  }

  /** Which credentials of a provider were refused. */
  refusalsOf(provider: string): CredentialRefusals {
    const known = this.refusals.get(provider);
    if (known) return known;
    const firstMs = this.config.breakerOpenMs;
    const made = new CredentialRefusals({
      firstMs,
      longestMs: Math.max(firstMs, MAX_CREDENTIAL_PAUSE_MS),
    });
    this.refusals.set(provider, made);
    return made;
  }

  /** For routing: one model as it stands now. A model that was never called counts as available. */
  snapshotOfModel(provider: string, model: string): ModelHealthSnapshot {
    const health = this.models.get(provider)?.get(model);
    const refusals = this.refusals.get(provider);
    if (!health && (refusals?.isEmpty ?? true)) return UNTRIED;
    const nowMs = this.clock.now();
    const labels = this.registry.find(provider)?.credentials.map(({ label }) => label) ?? [];
    if (refusals?.isEmpty ?? true) return health?.snapshot(nowMs, labels) ?? UNTRIED;
    const marks = labels.map((label) => refusals?.of(label, model));
    const usable = labels.filter((_label, index) => (marks[index]?.untilMs ?? 0) <= nowMs);
    const found = health?.snapshot(nowMs, usable.length > 0 ? usable : labels) ?? UNTRIED;
    return usable.length === 0 ? { ...found, status: 'unavailable' } : found;
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

  private modelsOf(provider: string): Map<string, ModelHealth> {
    const known = this.models.get(provider);
    if (known) return known;
    const made = new Map<string, ModelHealth>();
    this.models.set(provider, made);
    return made;
  }

  private newCircuit(): Circuit {
    return new Circuit({
      window: this.config.breakerWindow,
      minimumCalls: this.config.breakerMinimumCalls,
      openMs: this.config.breakerOpenMs,
    });
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
