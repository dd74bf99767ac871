import type { ProviderError } from '../../llm/provider-error';
import type { Circuit, CircuitStatus } from './circuit';
import { CredentialHealth } from './credential-health';
import { LatencyWindow } from './latency-window';

export type HealthStatus = 'available' | 'degraded' | 'unavailable';

/** How a model at a vendor has been doing lately. */
export interface ModelHealthSnapshot {
  readonly status: HealthStatus;
  /** The best circuit among the keys that may be used: the model can be called as long as one of them can. */
  readonly circuit: CircuitStatus;
  /** Median duration of whole calls; undefined before the first. */
  readonly latencyMsP50: number | undefined;
  /** Median time to the first piece of a streamed answer. */
  readonly firstTokenMsP50: number | undefined;
}

export interface CallTiming {
  readonly latencyMs: number;
  readonly firstTokenMs?: number;
}

/** Outcomes older than this say nothing about now. */
const OUTCOME_TTL_MS = 60_000;
const OUTCOMES = 20;
/** Organizations bring keys along, and replace them. */
const MAX_CREDENTIALS = 2_000;
const MINIMUM_OUTCOMES = 5;
const DEGRADED_SHARE = 0.2;
/** An overload passes soon, whatever the vendor says; a longer wait is the business of a quota. */
const MAX_OVERLOAD_MS = 15_000;

/** Memory of one model at one vendor: what each key has met, recent outcomes, latency, and a pause for all keys. */
export class ModelHealth {
  private readonly latency = new LatencyWindow();
  private readonly firstToken = new LatencyWindow();
  private readonly outcomes: { readonly atMs: number; readonly ok: boolean }[] = [];
  private readonly credentials = new Map<string, CredentialHealth>();
  private overloadedUntilMs = 0;
  private goneUntilMs = 0;

  constructor(private readonly makeCircuit: () => Circuit) {}

  /** What the key of this label has met; made at its first use. */
  of(label: string): CredentialHealth {
    const known = this.credentials.get(label);
    if (known) return known;
    const made = new CredentialHealth(this.makeCircuit());
    if (this.credentials.size >= MAX_CREDENTIALS) this.forgetOldest();
    this.credentials.set(label, made);
    return made;
  }

  private forgetOldest(): void {
    const [oldest] = this.credentials.keys();
    if (oldest !== undefined) this.credentials.delete(oldest);
  }

  /** Milliseconds for which the overloaded vendor asked not to be called again with any key. */
  overloadMs(nowMs: number): number {
    return Math.max(0, this.overloadedUntilMs - nowMs);
  }

  recordSuccess(timing: CallTiming, nowMs: number): void {
    this.latency.add(timing.latencyMs);
    if (timing.firstTokenMs !== undefined) this.firstToken.add(timing.firstTokenMs);
    this.goneUntilMs = 0;
    this.remember(true, nowMs);
  }

  recordFailure(error: ProviderError, nowMs: number, label: string): void {
    this.of(label).recordFailure(error, nowMs);
    switch (error.kind) {
      case 'overloaded': {
        const pauseMs = Math.min(error.retryAfterMs ?? 0, MAX_OVERLOAD_MS);
        this.overloadedUntilMs = Math.max(this.overloadedUntilMs, nowMs + pauseMs);
        this.remember(false, nowMs);
        return;
      }
      case 'rate_limit':
      case 'server':
      case 'timeout':
      case 'connection':
      case 'invalid_response':
        this.remember(false, nowMs);
        return;
      case 'not_found':
        this.goneUntilMs = nowMs + OUTCOME_TTL_MS;
        return;
      case 'authentication':
        // This model is not for us; other models may be.
        if (error.status === 403) this.goneUntilMs = nowMs + OUTCOME_TTL_MS;
        return;
      case 'billing':
      case 'bad_request':
      case 'context_length':
      case 'content_policy':
      case 'circuit_open':
      case 'aborted':
        return;
    }
  }

  /** Over the keys that may be used; without any the model cannot be called. */
  snapshot(nowMs: number, labels: readonly string[]): ModelHealthSnapshot {
    const usable = labels.map((label) => this.of(label));
    return {
      status: this.statusAt(nowMs, usable),
      circuit: bestCircuit(usable),
      latencyMsP50: this.latency.p50(),
      firstTokenMsP50: this.firstToken.p50(),
    };
  }

  private statusAt(nowMs: number, usable: readonly CredentialHealth[]): HealthStatus {
    const states = usable.map((health) => health.stateAt(nowMs));
    if (this.goneUntilMs > nowMs || states.every((state) => state === 'open')) return 'unavailable';
    if (this.overloadedUntilMs > nowMs || bestCircuit(usable) !== 'closed') return 'degraded';
    if (states.every((state) => state !== 'ready')) return 'degraded';
    const recent = this.outcomes.filter((outcome) => nowMs - outcome.atMs < OUTCOME_TTL_MS);
    const failed = recent.filter((outcome) => !outcome.ok).length;
    return recent.length >= MINIMUM_OUTCOMES && failed >= recent.length * DEGRADED_SHARE
      ? 'degraded'
      : 'available';
  }

  private remember(ok: boolean, atMs: number): void {
    this.outcomes.push({ atMs, ok });
    if (this.outcomes.length > OUTCOMES) this.outcomes.shift();
  }
}

function bestCircuit(credentials: readonly CredentialHealth[]): CircuitStatus {
  const found = credentials.map(({ circuit }) => circuit.status);
  if (found.length === 0 || found.includes('closed')) return 'closed';
  return found.includes('half_open') ? 'half_open' : 'open';
}
