/** What kind of failure it is; the HTTP status and the envelope's `type` follow from it. */
export type ErrorCategory =
  | 'invalid_request'
  | 'authentication'
  | 'budget'
  | 'permission'
  | 'policy'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'request_timeout'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'rate_limit'
  | 'internal'
  | 'upstream'
  | 'upstream_timeout'
  | 'unavailable';

/** One line of a module's error catalogue (`x.errors.ts`). */
export interface ErrorDefinition {
  readonly code: string;
  readonly category: ErrorCategory;
}

export interface AppErrorOptions {
  /** Text for the client; must not contain internal names, secrets or prompt text. */
  readonly public: string;
  /** Text for the log only. */
  readonly internal?: string;
  readonly cause?: unknown;
  /** Field of the request that is wrong, as a path such as `messages[0].role`. */
  readonly param?: string;
  /** Machine-readable extras that become `error.details`. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Further members of the envelope's `error` object that the contract fixes, such as `reasons`. */
  readonly extras?: Readonly<Record<string, unknown>>;
  /** Seconds after which trying again makes sense; becomes `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

/**
 * A failure that a client is told about. The one HTTP filter renders it as OpenAI's error envelope;
 * anything that is not an AppError is shown as `internal_error` without its text.
 */
export class AppError extends Error {
  readonly code: string;
  readonly category: ErrorCategory;
  readonly param: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly extras: Readonly<Record<string, unknown>> | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly internal: string | undefined;

  constructor(definition: ErrorDefinition, options: AppErrorOptions) {
    super(options.public, { cause: options.cause });
    this.name = 'AppError';
    this.code = definition.code;
    this.category = definition.category;
    this.param = options.param;
    this.details = options.details;
    this.extras = options.extras;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.internal = options.internal;
  }
}
