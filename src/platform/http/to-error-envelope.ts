import { AppError, type ErrorCategory } from '../../common/app-error';
import { ProviderError } from '../../llm/provider-error';
import type { ErrorAnswer } from './error-envelope';
import { fromProviderError } from './from-provider-error';

/** Nginx's status for "the client left"; nobody reads the answer, but logs and metrics show it. */
const CLIENT_CLOSED_REQUEST = 499;

const RETRY_LATER_SECONDS = 5;

const CATEGORIES: Readonly<Record<ErrorCategory, readonly [status: number, type: string]>> = {
  invalid_request: [400, 'invalid_request_error'],
  authentication: [401, 'authentication_error'],
  budget: [402, 'budget_exceeded'],
  permission: [403, 'permission_error'],
  policy: [403, 'policy_violation'],
  not_found: [404, 'invalid_request_error'],
  method_not_allowed: [405, 'invalid_request_error'],
  request_timeout: [408, 'invalid_request_error'],
  conflict: [409, 'conflict'],
  payload_too_large: [413, 'invalid_request_error'],
  unsupported_media_type: [415, 'invalid_request_error'],
  rate_limit: [429, 'rate_limit_error'],
  internal: [500, 'internal_error'],
  upstream: [502, 'provider_error'],
  unavailable: [503, 'service_unavailable'],
  upstream_timeout: [504, 'provider_error'],
};

/**
 * Renders any failure as status, headers and envelope. Pure; also used for errors after the first
 * streamed byte. What is neither an AppError nor a ProviderError is shown as `internal_error` without its text.
 */
export function toErrorEnvelope(error: unknown, requestId: string | undefined): ErrorAnswer {
  if (error instanceof ProviderError && error.kind === 'aborted') return clientClosed(requestId);
  const known = error instanceof ProviderError ? fromProviderError(error) : error;
  return known instanceof AppError && known.category !== 'internal'
    ? fromAppError(known, requestId)
    : internalError(requestId);
}

function fromAppError(error: AppError, requestId: string | undefined): ErrorAnswer {
  const [status, type] = CATEGORIES[error.category];
  const retryAfter = error.retryAfterSeconds ?? (status === 503 ? RETRY_LATER_SECONDS : undefined);
  return {
    status,
    headers: {
      ...(retryAfter !== undefined && { 'retry-after': String(Math.max(0, Math.ceil(retryAfter))) }),
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(status === 408 && { connection: 'close' }),
    },
    body: {
      error: {
        ...error.extras,
        message: error.message,
        type,
        code: error.code,
        param: error.param ?? null,
        request_id: requestId ?? null,
        ...(error.details && { details: error.details }),
      },
    },
  };
}

function internalError(requestId: string | undefined): ErrorAnswer {
  return plainAnswer(500, requestId, {
    message: 'Internal error. Quote the request id when you report it.',
    code: 'internal_error',
    type: 'internal_error',
  });
}

function clientClosed(requestId: string | undefined): ErrorAnswer {
  return plainAnswer(CLIENT_CLOSED_REQUEST, requestId, {
    message: 'The client closed the request',
    code: 'client_closed_request',
    type: 'invalid_request_error',
  });
}

function plainAnswer(
  status: number,
  requestId: string | undefined,
  error: { message: string; code: string; type: string },
): ErrorAnswer {
  return { status, headers: {}, body: { error: { ...error, param: null, request_id: requestId ?? null } } };
}
