import type { ProviderError } from '../../llm/provider-error';
import type { Circuit, CircuitStatus } from './circuit';
import { LatencyWindow } from './latency-window';

export type HealthStatus = 'available' | 'degraded' | 'unavailable';

/** How a model at a vendor has been doing lately. */
export interface ModelHealthSnapshot {
  readonly status: HealthStatus;
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
const MINIMUM_OUTCOMES = 5;
const DEGRADED_SHARE = 0.2;

/** Memory of one model at one vendor: circuit, recent outcomes, latency, and the time until which it asked to be left alone. */
export class ModelHealth {
  private readonly latency = new LatencyWindow();
  private readonly firstToken = new LatencyWindow();
  private readonly outcomes: { readonly atMs: number; readonly ok: boolean }[] = [];
  private coolUntilMs = 0;
  private goneUntilMs = 0;

  constructor(readonly circuit: Circuit) {}

  /** Milliseconds for which the vendor asked not to be called again; 0 when it did not. */
  coolDownMs(nowMs: number): number {
    return Math.max(0, this.coolUntilMs - nowMs);
  }

  recordSuccess(timing: CallTiming, nowMs: number): void {
    this.latency.add(timing.latencyMs);
    if (timing.firstTokenMs !== undefined) this.firstToken.add(timing.firstTokenMs);
    this.goneUntilMs = 0;
    this.remember(true, nowMs);
  }

  recordFailure(error: ProviderError, nowMs: number): void {
    switch (error.kind) {
      case 'rate_limit':
      case 'overloaded':
        this.coolUntilMs = Math.max(this.coolUntilMs, nowMs + (error.retryAfterMs ?? 0));
        this.remember(false, nowMs);
        return;
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
      case 'billing':
      case 'bad_request':
      case 'context_length':
      case 'content_policy':
      case 'circuit_open':
      case 'aborted':
        return;
    }
  }

  snapshot(nowMs: number): ModelHealthSnapshot {
    const circuit = this.circuit.status;
    return {
      status: this.statusAt(nowMs, circuit),
      circuit,
      latencyMsP50: this.latency.p50(),
      firstTokenMsP50: this.firstToken.p50(),
    };
  }

  private statusAt(nowMs: number, circuit: CircuitStatus): HealthStatus {
    if (circuit === 'open' || this.goneUntilMs > nowMs) return 'unavailable';
    if (circuit === 'half_open' || this.coolUntilMs > nowMs) return 'degraded';
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
