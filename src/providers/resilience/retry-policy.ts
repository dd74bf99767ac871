import type { ProviderError, ProviderErrorKind } from '../../llm/provider-error';

/** What to do after a failed attempt. `failover` means: the next target of the plan, or give up when there is none. */
export interface RetryDecision {
  readonly action: 'retry' | 'failover' | 'stop';
  /** How long to wait before a retry; 0 otherwise. */
  readonly delayMs: number;
  /** A repetition that burdens a vendor which has just failed; trying another key does not. */
  readonly takesBudget: boolean;
}

export interface RetrySituation {
  readonly error: ProviderError;
  /** How many attempts this target has had, the failed one included; from 1. */
  readonly attempt: number;
  /** Something of the answer has reached the client: a second answer cannot be glued on. */
  readonly contentDelivered: boolean;
  /** What is left of the request's time. */
  readonly remainingMs: number;
  /** A number in [0, 1): spreads the retries of many callers. */
  readonly random: number;
  /** The failure is a matter of the key, and the provider has another one that is well. */
  readonly hasOtherCredential: boolean;
}

/** How one kind of failure is answered: retries on the same target, then what, and the wait. */
interface Rule {
  readonly retries: number;
  readonly then: 'failover' | 'stop';
  readonly baseDelayMs: number;
}

const RULES: Readonly<Record<ProviderErrorKind, Rule>> = {
  bad_request: { retries: 0, then: 'stop', baseDelayMs: 0 },
  content_policy: { retries: 0, then: 'stop', baseDelayMs: 0 },
  aborted: { retries: 0, then: 'stop', baseDelayMs: 0 },
  context_length: { retries: 0, then: 'failover', baseDelayMs: 0 },
  authentication: { retries: 0, then: 'failover', baseDelayMs: 0 },
  billing: { retries: 0, then: 'failover', baseDelayMs: 0 },
  not_found: { retries: 0, then: 'failover', baseDelayMs: 0 },
  circuit_open: { retries: 0, then: 'failover', baseDelayMs: 0 },
  timeout: { retries: 0, then: 'failover', baseDelayMs: 0 },
  rate_limit: { retries: 2, then: 'failover', baseDelayMs: 500 },
  overloaded: { retries: 1, then: 'failover', baseDelayMs: 200 },
  server: { retries: 1, then: 'failover', baseDelayMs: 100 },
  connection: { retries: 1, then: 'failover', baseDelayMs: 50 },
  invalid_response: { retries: 1, then: 'failover', baseDelayMs: 50 },
};

/** A longer wait than this is not worth holding a client for. */
const MAX_WAIT_MS = 15_000;

/**
 * Decides by the kind of failure alone, so that it can be read as a table. A timeout is not repeated
 * on the same target: the client has waited once already. A vendor's own delay is respected to the
 * full and never shortened; one that is too long moves on to the next target. Another key of the same
 * provider is tried at once.
 */
export function decideRetry(situation: RetrySituation): RetryDecision {
  const { error, attempt, contentDelivered, remainingMs, hasOtherCredential } = situation;
  const rule = RULES[error.kind];
  if (contentDelivered) return withoutRetry('stop');
  if (hasOtherCredential) return { action: 'retry', delayMs: 0, takesBudget: false };
  if (attempt > rule.retries) return withoutRetry(rule.then);
  const delayMs = delayOf(situation, rule);
  if (delayMs > MAX_WAIT_MS || delayMs >= remainingMs) return withoutRetry(rule.then);
  return { action: 'retry', delayMs, takesBudget: true };
}

function withoutRetry(action: 'failover' | 'stop'): RetryDecision {
  return { action, delayMs: 0, takesBudget: false };
}

function delayOf({ error, attempt, random }: RetrySituation, rule: Rule): number {
  const backoff = rule.baseDelayMs * 2 ** (attempt - 1);
  if (error.retryAfterMs === undefined) return Math.round(backoff * (0.5 + random));
  // Jitter goes on top: earlier than asked is what the vendor would answer with another refusal.
  return Math.round(error.retryAfterMs + Math.min(backoff, 250) * random);
}
