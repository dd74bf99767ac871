/** Whether the response cache answered; `bypass` when it was not asked. */
export type CacheOutcome = 'hit' | 'miss' | 'bypass';

/** What the same tokens would have cost elsewhere; decimal nano-USD. Null where there is nothing to compare with. */
export interface RequestBaselines {
  /** Under the model the client named; null when it left the choice to the router. */
  readonly requested_nano_usd: string | null;
  readonly strongest_nano_usd: string | null;
  readonly strongest_model: string | null;
  readonly cheapest_nano_usd: string | null;
  readonly cheapest_model: string | null;
  readonly baseline_price_version: string | null;
}

/**
 * How a request ended, as it travels through outbox and queue: plain JSON, no prompt, no answer. What its
 * attempts cost is not in here: the ledger adds that up itself.
 */
export interface RequestRow extends RequestBaselines {
  readonly request_id: string;
  /** ISO 8601. */
  readonly requested_at: string;
  readonly organization_id: string;
  readonly project_id: string | null;
  readonly user_id: string;
  readonly api_key_id: string | null;
  readonly endpoint: string;
  readonly purpose: string;
  readonly requested_model: string | null;
  readonly strategy: string;
  readonly objective: string;
  readonly intent: string | null;
  readonly decision_id: string;
  /** Who answered, or who was tried last. */
  readonly provider: string;
  readonly model: string;
  readonly region: string;
  readonly status: 'success' | 'error' | 'aborted';
  readonly error_code: string | null;
  readonly cache_outcome: CacheOutcome;
  readonly latency_ms: number | null;
  /** The output limit the client asked for. */
  readonly output_limit: number | null;
  /** Keyed hash of what was asked; equal for equal requests of a tenant, says nothing about their content. */
  readonly fingerprint: string | null;
}
