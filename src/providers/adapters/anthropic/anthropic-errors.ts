import { isJsonObject, parseJson, type JsonObject } from '../../../common/json';
import { ProviderError, type ProviderErrorKind } from '../../../llm/provider-error';
import { parseRetryAfter } from '../../resilience/retry-after';
import type { VendorFailure } from '../../wire/answer-context';
import { mayBillErrorInAnswer, mayBillStatus } from '../../wire/billed-failure';
import { messageOfKind } from '../../wire/failure-message';

const IDENTIFIER = /^[a-z][a-z0-9_]{0,63}$/;
const CONTEXT_TEXT =
  /prompt is too long|context (?:window|limit|length)|max_tokens.{0,40}exceed|exceed.{0,40}context|too many (?:input )?tokens/i;
const CREDIT_TEXT = /credit balance is too low/i;

/** By `error.details.error_code`, the most exact word there is. */
const KIND_OF_CODE: Readonly<Record<string, ProviderErrorKind>> = {
  organization_on_hold: 'authentication',
  contract_spend_limit_reached: 'billing',
  enforced_spend_limit_reached: 'billing',
  linked_organization_spend_limit_reached: 'billing',
  linked_organization_billing_unavailable: 'billing',
  ramp_limit_exceeded: 'rate_limit',
};
/** By `error.type`. `invalid_request_error` is not among them: it covers too much. */
const KIND_OF_TYPE: Readonly<Record<string, ProviderErrorKind>> = {
  authentication_error: 'authentication',
  permission_error: 'authentication',
  billing_error: 'billing',
  not_found_error: 'not_found',
  request_too_large: 'bad_request',
  rate_limit_error: 'rate_limit',
  overloaded_error: 'overloaded',
  timeout_error: 'timeout',
  api_error: 'server',
};
const KIND_OF_STATUS: Readonly<Record<number, ProviderErrorKind>> = {
  401: 'authentication',
  402: 'billing',
  403: 'authentication',
  404: 'not_found',
  408: 'server',
  429: 'rate_limit',
  503: 'overloaded',
  504: 'timeout',
  524: 'overloaded',
  529: 'overloaded',
};
/** A refusal with a status of its own. The vendor's text is looked at, never passed on: it may echo keys or prompts. */
export function toAnthropicError(failure: VendorFailure): ProviderError {
  const error = errorObject(parseJson(failure.body));
  const kind = kindOf(error, failure.status);
  return new ProviderError({
    provider: failure.provider,
    kind,
    message: messageOfKind(kind),
    status: failure.status,
    vendorCode: codeOf(error),
    retryAfterMs: parseRetryAfter(failure),
    mayHaveBilled: mayBillStatus(failure.status),
  });
}

/** An error under a status of success. `progress` says whether part of an answer had come before it. */
export function toAnthropicErrorInAnswer(
  provider: string,
  value: unknown,
  progress: 'begun' | 'nothing-yet',
): ProviderError {
  const error = errorObject(value);
  const isRequest = error['type'] === 'invalid_request_error';
  const kind = kindOf(error, isRequest ? 400 : 500);
  return new ProviderError({
    provider,
    kind,
    message: messageOfKind(kind),
    vendorCode: codeOf(error),
    mayHaveBilled: mayBillErrorInAnswer(kind, progress),
  });
}

function errorObject(value: unknown): JsonObject {
  const error = isJsonObject(value) ? value['error'] : undefined;
  return isJsonObject(error) ? error : {};
}

function kindOf(error: JsonObject, status: number): ProviderErrorKind {
  const byWord = lookUp(KIND_OF_CODE, detailCode(error)) ?? lookUp(KIND_OF_TYPE, error['type']);
  if (byWord) return byWord;
  if (status === 400 || status === 413) return kindOfText(error['message']);
  const byStatus = KIND_OF_STATUS[status];
  if (byStatus) return byStatus;
  if (status >= 500) return 'server';
  return status >= 400 ? 'bad_request' : 'invalid_response';
}

/** A bad request of Anthropic's can be anything; what else can be done about it is in its text only. */
function kindOfText(message: unknown): ProviderErrorKind {
  if (typeof message !== 'string') return 'bad_request';
  if (CONTEXT_TEXT.test(message)) return 'context_length';
  return CREDIT_TEXT.test(message) ? 'billing' : 'bad_request';
}

function codeOf(error: JsonObject): string | undefined {
  return identifier(detailCode(error)) ?? identifier(error['type']);
}

function detailCode(error: JsonObject): unknown {
  return isJsonObject(error['details']) ? error['details']['error_code'] : undefined;
}

function lookUp<Kind>(table: Readonly<Record<string, Kind>>, word: unknown): Kind | undefined {
  return typeof word === 'string' && Object.hasOwn(table, word) ? table[word] : undefined;
}

function identifier(value: unknown): string | undefined {
  return typeof value === 'string' && IDENTIFIER.test(value) && !/^(?:sk|key)_/.test(value)
    ? value
    : undefined;
}
