import { isJsonObject, parseJson, type JsonObject } from '../../../common/json';
import { ProviderError, type ProviderErrorKind } from '../../../llm/provider-error';
import { parseRetryAfter } from '../../resilience/retry-after';
import type { VendorFailure } from '../../wire/answer-context';
import { mayBillErrorInAnswer, mayBillStatus } from '../../wire/billed-failure';
import { messageOfKind } from '../../wire/failure-message';

const IDENTIFIER = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
const PARAM = /^[A-Za-z_][A-Za-z0-9_.[\]]{0,63}$/;
const CONTEXT_TEXT =
  /context[_ ]?(?:length|window)|maximum context|too many (?:input )?tokens|prompt is too long|max_model_len|max_new_tokens` must be <=/i;
/** LiteLLM names the exception of the vendor behind it. */
const CONTENT_POLICY_TEXT = /content_?policy_?violation/i;
/** Statuses under which somebody says that the prompt is too long; Together's is 403. */
const MAYBE_CONTEXT_STATUSES: ReadonlySet<number> = new Set([400, 403, 413, 422]);

const KIND_OF_CODE: Readonly<Record<string, ProviderErrorKind>> = {
  context_length_exceeded: 'context_length',
  string_above_max_length: 'context_length',
  insufficient_quota: 'billing',
  billing_hard_limit_reached: 'billing',
  billing_not_active: 'billing',
  budget_exceeded: 'billing',
  content_policy_violation: 'content_policy',
  content_filter: 'content_policy',
  model_not_found: 'not_found',
  invalid_api_key: 'authentication',
  authentication_error: 'authentication',
  permission_error: 'authentication',
  rate_limit_exceeded: 'rate_limit',
  rate_limit_error: 'rate_limit',
  tokens: 'rate_limit',
  overloaded_error: 'overloaded',
  capacity_exceeded: 'overloaded',
  timeout_error: 'timeout',
  // Groq: the model wrote a call or a document that is none; the request was fine.
  tool_use_failed: 'invalid_response',
  json_validate_failed: 'invalid_response',
};
const KIND_OF_STATUS: Readonly<Record<number, ProviderErrorKind>> = {
  401: 'authentication',
  402: 'billing',
  403: 'authentication',
  404: 'not_found',
  408: 'server',
  429: 'rate_limit',
  498: 'rate_limit',
  499: 'server',
  503: 'overloaded',
  524: 'overloaded',
  529: 'overloaded',
};
/**
 * A refusal with a status of its own. The vendor's text is looked at, never passed on: it may echo
 * keys or prompts. `ownKinds` are statuses that mean something else at this vendor.
 */
export function toVendorError(
  failure: VendorFailure,
  ownKinds: Readonly<Record<number, ProviderErrorKind>> = {},
): ProviderError {
  const error = errorObject(parseJson(failure.body)) ?? {};
  const kind = ownKinds[failure.status] ?? kindOf(error, failure.status, failure.body);
  return new ProviderError({
    provider: failure.provider,
    kind,
    message: messageOfKind(kind),
    status: failure.status,
    vendorCode: identifier(error['code']) ?? identifier(error['type']),
    param: paramOf(error['param']),
    retryAfterMs: parseRetryAfter(failure),
    mayHaveBilled: mayBillStatus(failure.status),
  });
}

/** An error under a status of success. `progress` says whether part of an answer had come before it. */
export function toErrorInAnswer(
  provider: string,
  value: unknown,
  progress: 'begun' | 'nothing-yet',
): ProviderError {
  const error = errorObject(value) ?? {};
  const status = Number(error['code'] ?? error['status']);
  const kind = kindOf(error, status >= 400 && status <= 599 ? status : 500, textOf(error['message']));
  return new ProviderError({
    provider,
    kind,
    message: messageOfKind(kind),
    vendorCode: identifier(error['code']) ?? identifier(error['type']),
    mayHaveBilled: mayBillErrorInAnswer(kind, progress),
  });
}

/** The shapes in use: `{error: {…}}`, `{error: "text"}`, `{message, type, code}`, `{detail: [{loc, msg, type}]}`. */
function errorObject(value: unknown): JsonObject | undefined {
  if (!isJsonObject(value)) return undefined;
  const { error, detail } = value;
  if (isJsonObject(error)) return error;
  const complaint: unknown = Array.isArray(detail) ? detail[0] : undefined;
  if (isJsonObject(complaint)) return { type: complaint['type'], param: fieldAt(complaint['loc']) };
  return typeof error === 'string' ? { message: error } : value;
}

/** `["body", "tools", 0, "name"]` is the field `tools.0.name`. */
function fieldAt(location: unknown): string | undefined {
  if (!Array.isArray(location)) return undefined;
  const path = location.filter((step) => typeof step === 'string' || typeof step === 'number');
  return (path[0] === 'body' ? path.slice(1) : path).join('.');
}

function kindOf(error: JsonObject, status: number, text: string): ProviderErrorKind {
  const byCode = lookUp(error['code']) ?? lookUp(error['type']);
  if (byCode) return byCode;
  if (MAYBE_CONTEXT_STATUSES.has(status) && CONTEXT_TEXT.test(text)) return 'context_length';
  if (status === 400 && CONTENT_POLICY_TEXT.test(text)) return 'content_policy';
  const byStatus = KIND_OF_STATUS[status];
  if (byStatus) return byStatus;
  if (status >= 500) return status === 504 ? 'timeout' : 'server';
  return status >= 400 ? 'bad_request' : 'invalid_response';
}

function lookUp(code: unknown): ProviderErrorKind | undefined {
  return typeof code === 'string' && Object.hasOwn(KIND_OF_CODE, code) ? KIND_OF_CODE[code] : undefined;
}

function identifier(value: unknown): string | undefined {
  return typeof value === 'string' && IDENTIFIER.test(value) && !looksLikeSecret(value) ? value : undefined;
}

function looksLikeSecret(value: string): boolean {
  return /^(?:sk|pk|mm|gsk|key)[-_]/i.test(value);
}

function paramOf(value: unknown): string | undefined {
  return typeof value === 'string' && PARAM.test(value) && !looksLikeSecret(value) ? value : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
