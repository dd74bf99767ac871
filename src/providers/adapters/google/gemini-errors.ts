import { isJsonObject, parseJson, type JsonObject } from '../../../common/json';
import { ProviderError, type ProviderErrorKind } from '../../../llm/provider-error';
import { MAX_RETRY_AFTER_MS, parseRetryAfter } from '../../resilience/retry-after';
import type { VendorFailure } from '../../wire/answer-context';
import { mayBillErrorInAnswer, mayBillStatus } from '../../wire/billed-failure';
import { messageOfKind } from '../../wire/failure-message';

const IDENTIFIER = /^[A-Z][A-Za-z0-9_]{2,63}$/;
const PARAM = /^[A-Za-z_][A-Za-z0-9_.[\]]{0,63}$/;
const CONTEXT_TEXT = /token count .{0,40}exceeds|exceeds the maximum number of tokens/i;
const KEY_TEXT = /api key (?:not valid|expired|not found)|pass a valid api key/i;
const NO_CREDIT_TEXT = /credits? (?:are|is) depleted|spend(?:ing)? cap|enable billing/i;
const LOCATION_TEXT = /location is not supported/i;

const KIND_OF_REASON: Readonly<Record<string, ProviderErrorKind>> = {
  API_KEY_INVALID: 'authentication',
  API_KEY_EXPIRED: 'authentication',
  API_KEY_SERVICE_BLOCKED: 'authentication',
  API_KEY_HTTP_REFERRER_BLOCKED: 'authentication',
  API_KEY_IP_ADDRESS_BLOCKED: 'authentication',
  ACCESS_TOKEN_EXPIRED: 'authentication',
  CONSUMER_INVALID: 'authentication',
  CONSUMER_SUSPENDED: 'authentication',
  SERVICE_DISABLED: 'authentication',
  BILLING_DISABLED: 'billing',
};
const KIND_OF_STATUS_NAME: Readonly<Record<string, ProviderErrorKind>> = {
  INVALID_ARGUMENT: 'bad_request',
  FAILED_PRECONDITION: 'bad_request',
  OUT_OF_RANGE: 'bad_request',
  UNAUTHENTICATED: 'authentication',
  PERMISSION_DENIED: 'authentication',
  NOT_FOUND: 'not_found',
  RESOURCE_EXHAUSTED: 'rate_limit',
  CANCELLED: 'server',
  ABORTED: 'server',
  UNKNOWN: 'server',
  INTERNAL: 'server',
  DATA_LOSS: 'server',
  UNAVAILABLE: 'overloaded',
  DEADLINE_EXCEEDED: 'timeout',
};
const KIND_OF_STATUS: Readonly<Record<number, ProviderErrorKind>> = {
  401: 'authentication',
  402: 'billing',
  403: 'authentication',
  404: 'not_found',
  408: 'server',
  429: 'rate_limit',
  499: 'server',
  503: 'overloaded',
  504: 'timeout',
  524: 'overloaded',
  529: 'overloaded',
};
/** A refusal with a status of its own. Google's text is looked at, never passed on: it may echo keys or prompts. */
export function toGeminiError(failure: VendorFailure): ProviderError {
  const error = errorIn(parseJson(failure.body)) ?? {};
  const kind = kindOf(error, failure.status);
  return new ProviderError({
    provider: failure.provider,
    kind,
    message: messageOfKind(kind),
    status: failure.status,
    vendorCode: codeOf(error),
    param: paramOf(error),
    retryAfterMs: retryAfterOf(error, failure),
    mayHaveBilled: mayBillStatus(failure.status),
  });
}

/** An error under a status of success; undefined when the value is none. `progress` says whether part of an answer had come before. */
export function toGeminiErrorInAnswer(
  provider: string,
  value: unknown,
  progress: 'begun' | 'nothing-yet',
): ProviderError | undefined {
  const error = errorIn(value);
  if (!error) return undefined;
  const code = error['code'];
  const kind = kindOf(error, typeof code === 'number' && code >= 400 && code <= 599 ? code : 500);
  return new ProviderError({
    provider,
    kind,
    message: messageOfKind(kind),
    vendorCode: codeOf(error),
    mayHaveBilled: mayBillErrorInAnswer(kind, progress),
  });
}

/** `{error: {…}}`, or the same in a list, as streams without `alt=sse` have it. */
function errorIn(value: unknown): JsonObject | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (!isJsonObject(first) || first['error'] === undefined || first['error'] === null) return undefined;
  return isJsonObject(first['error']) ? first['error'] : { message: first['error'] };
}

function kindOf(error: JsonObject, status: number): ProviderErrorKind {
  const text = textOf(error['message']);
  const byReason = lookUp(KIND_OF_REASON, reasonOf(error));
  if (byReason) return byReason;
  // Google answers 400 to a wrong key.
  if (KEY_TEXT.test(text)) return 'authentication';
  if (NO_CREDIT_TEXT.test(text)) return 'billing';
  const kind = lookUp(KIND_OF_STATUS_NAME, error['status']) ?? kindOfStatus(status);
  if (kind !== 'bad_request') return kind;
  if (CONTEXT_TEXT.test(text)) return 'context_length';
  return LOCATION_TEXT.test(text) ? 'not_found' : kind;
}

function kindOfStatus(status: number): ProviderErrorKind {
  const known = KIND_OF_STATUS[status];
  if (known) return known;
  if (status >= 500) return 'server';
  return status >= 400 ? 'bad_request' : 'invalid_response';
}

/** A daily quota is not back after the seconds Google names: its own word for the limit says which one it is. */
function retryAfterOf(error: JsonObject, failure: VendorFailure): number | undefined {
  const quota = detailOf(error, 'QuotaFailure')?.['violations'];
  const isDaily =
    Array.isArray(quota) &&
    quota.some((entry) => isJsonObject(entry) && /PerDay/i.test(textOf(entry['quotaId'])));
  return isDaily ? MAX_RETRY_AFTER_MS : parseRetryAfter(failure);
}

function reasonOf(error: JsonObject): unknown {
  return detailOf(error, 'ErrorInfo')?.['reason'];
}

function codeOf(error: JsonObject): string | undefined {
  return identifier(reasonOf(error)) ?? identifier(error['status']);
}

function paramOf(error: JsonObject): string | undefined {
  const violations = detailOf(error, 'BadRequest')?.['fieldViolations'];
  const first: unknown = Array.isArray(violations) ? violations[0] : undefined;
  const field = isJsonObject(first) ? textOf(first['field']) : '';
  return PARAM.test(field) ? field : undefined;
}

function detailOf(error: JsonObject, type: string): JsonObject | undefined {
  const { details } = error;
  if (!Array.isArray(details)) return undefined;
  return details.find(
    (detail): detail is JsonObject =>
      isJsonObject(detail) && textOf(detail['@type']).endsWith(`google.rpc.${type}`),
  );
}

function lookUp(
  table: Readonly<Record<string, ProviderErrorKind>>,
  name: unknown,
): ProviderErrorKind | undefined {
  return typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Google's keys begin like identifiers. */
function identifier(value: unknown): string | undefined {
  return typeof value === 'string' && IDENTIFIER.test(value) && !value.startsWith('AIza') ? value : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
