import { AppError, type ErrorCategory } from '../../common/app-error';
import type { ProviderError, ProviderErrorKind } from '../../llm/provider-error';

interface Rendering {
  readonly code: string;
  readonly category: ErrorCategory;
  /** Undefined: the error's own words, which an adapter wrote for the caller. */
  readonly message?: string;
}

const FAILED: Rendering = {
  code: 'upstream_error',
  category: 'upstream',
  message: 'The provider could not answer the request',
};
const MISCONFIGURED: Rendering = {
  code: 'upstream_error',
  category: 'upstream',
  message: 'The provider refused the gateway; an operator has to look at its configuration',
};
const BUSY: Rendering = {
  code: 'no_provider_available',
  category: 'unavailable',
  message: 'No provider can take the request at the moment',
};

/** A vendor's refusal of the gateway's own credentials is never shown as a refusal of the caller's. */
const KINDS: Readonly<Record<Exclude<ProviderErrorKind, 'aborted'>, Rendering>> = {
  bad_request: { code: 'upstream_refused', category: 'invalid_request' },
  context_length: { code: 'context_length_exceeded', category: 'invalid_request' },
  content_policy: { code: 'content_policy_violation', category: 'invalid_request' },
  rate_limit: {
    code: 'rate_limit_exceeded',
    category: 'rate_limit',
    message: "The provider's rate limit is reached",
  },
  timeout: {
    code: 'upstream_timeout',
    category: 'upstream_timeout',
    message: 'The provider did not answer in time',
  },
  authentication: MISCONFIGURED,
  billing: MISCONFIGURED,
  not_found: MISCONFIGURED,
  overloaded: BUSY,
  circuit_open: BUSY,
  server: FAILED,
  connection: FAILED,
  invalid_response: FAILED,
};

const RATE_LIMIT_RETRY_SECONDS = 1;
const RETRYABLE: readonly ProviderErrorKind[] = [
  'rate_limit',
  'overloaded',
  'circuit_open',
  'server',
  'timeout',
  'connection',
];

/** The caller's view of a failed call to a vendor. */
export function fromProviderError(error: ProviderError): AppError {
  const rendering = error.kind === 'aborted' ? FAILED : KINDS[error.kind];
  const fallbackSeconds = rendering.category === 'rate_limit' ? RATE_LIMIT_RETRY_SECONDS : undefined;
  return new AppError(rendering, {
    public: rendering.message ?? error.message,
    param: rendering.category === 'invalid_request' ? error.param : undefined,
    retryAfterSeconds: retryAfterSeconds(error, rendering) ?? fallbackSeconds,
    details: {
      provider: error.provider,
      ...(error.status !== undefined && { provider_status: error.status }),
      retryable: RETRYABLE.includes(error.kind),
    },
    cause: error,
  });
}

function retryAfterSeconds(error: ProviderError, rendering: Rendering): number | undefined {
  const waits = rendering.category === 'rate_limit' || rendering.category === 'unavailable';
  return waits && error.retryAfterMs !== undefined
    ? Math.max(1, Math.ceil(error.retryAfterMs / 1000))
    : undefined;
}
