import type { ProviderError } from '../../llm/provider-error';
import type { Circuit } from './circuit';

/**
 * Whether a key may be used for a model. `resting`: we spare it of our own accord, so it is still there when
 * nothing else is. `paused`: the vendor asked us to wait, which is kept to. `open`: its circuit is open.
 */
export type CredentialState = 'ready' | 'resting' | 'paused' | 'open';

/** How long a key rests whose vendor limits it without saying for how long. */
const DEFAULT_REST_MS = 1_000;

/** What one key has met at one model: its circuit, and the pause its quota asked for. */
export class CredentialHealth {
  /** Counter of the weighted turns; belongs to {@link takeTurn}. */
  turn = 0;
  private pausedUntilMs = 0;
  private restsUntilMs = 0;

  constructor(readonly circuit: Circuit) {}

  stateAt(nowMs: number): CredentialState {
    if (this.pausedUntilMs > nowMs) return 'paused';
    if (this.circuit.status === 'open') return 'open';
    return this.restsUntilMs > nowMs ? 'resting' : 'ready';
  }

  /** Milliseconds until it is `ready` again, as far as is known. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.pausedUntilMs - nowMs, this.restsUntilMs - nowMs, this.circuit.trialInMs);
  }

  /** A limit is a matter of this key; everything else is judged by the circuit or by the model. */
  recordFailure(error: ProviderError, nowMs: number): void {
    if (error.kind !== 'rate_limit') return;
    if (error.retryAfterMs === undefined) this.restsUntilMs = nowMs + DEFAULT_REST_MS;
    else this.pausedUntilMs = Math.max(this.pausedUntilMs, nowMs + error.retryAfterMs);
  }
}

export interface Turn {
  readonly weight: number;
  readonly health: CredentialHealth;
}

/**
 * Smooth weighted round robin: out of any sum-of-weights turns in a row each candidate gets exactly its weight,
 * spread as evenly as possible. Undefined only without candidates.
 */
export function takeTurn<T extends Turn>(candidates: readonly T[]): T | undefined {
  let chosen: T | undefined;
  let total = 0;
  for (const candidate of candidates) {
    candidate.health.turn += candidate.weight;
    total += candidate.weight;
    if (!chosen || candidate.health.turn > chosen.health.turn) chosen = candidate;
  }
  if (chosen) chosen.health.turn -= total;
  return chosen;
}
