import { isJsonObject, parseJson } from '../../../common/json';
import { ProviderError, type ProviderErrorKind } from '../../../llm/provider-error';
import type { VendorFailure } from '../../wire/answer-context';
import { toVendorError } from '../openai-compatible/openai-errors';

/** What statuses mean here and nowhere else. */
const KIND_OF_STATUS: Readonly<Record<number, ProviderErrorKind>> = {
  498: 'authentication',
  501: 'bad_request',
};
/** A trial key that has had its calls of the month is no matter of seconds. */
const USED_UP_TEXT = /trial key.*\/ ?month/is;

/** A refusal with a status of its own; the body is `{message}`. */
export function toCohereError(failure: VendorFailure): ProviderError {
  const isUsedUp = failure.status === 429 && USED_UP_TEXT.test(messageIn(failure.body));
  return toVendorError(failure, isUsedUp ? { 429: 'billing' } : KIND_OF_STATUS);
}

function messageIn(body: string): string {
  const parsed = parseJson(body);
  const message = isJsonObject(parsed) ? parsed['message'] : undefined;
  return typeof message === 'string' ? message : '';
}

/** The answer ended in an error of the vendor, under a status of success. */
export function toCohereFailure(provider: string, finishReason: string): ProviderError {
  const isTimeout = finishReason === 'TIMEOUT';
  return new ProviderError({
    provider,
    kind: isTimeout ? 'timeout' : 'server',
    message: isTimeout ? 'the provider gave up in time-out' : 'the provider failed while answering',
    mayHaveBilled: true,
  });
}
