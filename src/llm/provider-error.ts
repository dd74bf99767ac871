/** What went wrong at the vendor; retry, failover and breaker decide by it (wire formats §9.4). */
export type ProviderErrorKind =
  | 'bad_request'
  | 'context_length'
  | 'authentication'
  | 'billing'
  | 'not_found'
  | 'rate_limit'
  | 'overloaded'
  | 'server'
  | 'timeout'
  | 'connection'
  | 'invalid_response'
  | 'content_policy'
  | 'circuit_open'
  | 'aborted';

export interface ProviderErrorOptions {
  readonly provider: string;
  readonly kind: ProviderErrorKind;
  /** Our own words; a vendor's text may echo keys or prompts and never gets here. */
  readonly message: string;
  readonly status?: number;
  /** The vendor's machine code, such as `context_length_exceeded`, when it is a plain identifier. */
  readonly vendorCode?: string;
  /** The request field the vendor names, when it is a plain identifier. */
  readonly param?: string;
  readonly retryAfterMs?: number;
  /** False when the vendor certainly did no billable work (refused, never connected). */
  readonly mayHaveBilled: boolean;
  /** A refusal that speaks of the model that was asked for, not of the credential. */
  readonly onlyThisModel?: boolean;
  readonly cause?: unknown;
}

/** A failed call to a vendor, normalised over all vendors. */
export class ProviderError extends Error {
  readonly provider: string;
  readonly kind: ProviderErrorKind;
  readonly status: number | undefined;
  readonly vendorCode: string | undefined;
  readonly param: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly mayHaveBilled: boolean;
  readonly onlyThisModel: boolean;

  constructor(options: ProviderErrorOptions) {
    super(options.message, { cause: options.cause });
    this.name = 'ProviderError';
    this.provider = options.provider;
    this.kind = options.kind;
    this.status = options.status;
    this.vendorCode = options.vendorCode;
    this.param = options.param;
    this.retryAfterMs = options.retryAfterMs;
    this.mayHaveBilled = options.mayHaveBilled;
    this.onlyThisModel = options.onlyThisModel ?? false;
  }
}
