import { ProviderError, type ProviderErrorKind } from '../../../llm/provider-error';
import type { VendorFailure } from '../../wire/answer-context';
import { toVendorError } from '../openai-compatible/openai-errors';

/** What only the text says: the proxy keeps neither the code nor always the status of the vendor behind it. */
const KIND_OF_TEXT: readonly (readonly [pattern: RegExp, kind: ProviderErrorKind])[] = [
  // A proxy without a database says so to every key that is not its own.
  [/"no_db_connection"/, 'authentication'],
  [/Invalid model name passed in model=/, 'not_found'],
  [/(?:crossed|exceeded) (?:your current quota|budget)|budget has been exceeded/i, 'billing'],
  [/"all_deployments_in_cooldown"/, 'overloaded'],
];
/** The vendor was reached and its answer was lost on the way to the proxy. */
const LOST_ANSWER_TEXT = /APIConnectionError|Connection error|Empty or invalid response|litellm\.Timeout/;
/** Said of what lies behind the proxy: the key of the proxy is fine. */
const DEPLOYMENT_TEXT = /model group '|No deployments available/;
const VENDOR_HEADER = 'llm_provider-';

/** A refusal of the proxy, or of the vendor behind it in the proxy's words. */
export function toLiteLlmError(failure: VendorFailure): ProviderError {
  const kind = KIND_OF_TEXT.find(([pattern]) => pattern.test(failure.body))?.[1];
  const error = toVendorError(
    { ...failure, headers: withVendorHeaders(failure.headers) },
    kind === undefined ? {} : { [failure.status]: kind },
  );
  const { provider, message, status, vendorCode, param, retryAfterMs } = error;
  return new ProviderError({
    provider,
    kind: error.kind,
    message,
    status,
    vendorCode,
    param,
    retryAfterMs,
    mayHaveBilled: error.mayHaveBilled || (failure.status >= 500 && LOST_ANSWER_TEXT.test(failure.body)),
    onlyThisModel: DEPLOYMENT_TEXT.test(failure.body),
  });
}

/** The vendor's own headers come under another name; the proxy's win. */
function withVendorHeaders(headers: VendorFailure['headers']): VendorFailure['headers'] {
  const ofVendor = Object.entries(headers)
    .filter(([name]) => name.startsWith(VENDOR_HEADER))
    .map(([name, value]) => [name.slice(VENDOR_HEADER.length), value] as const);
  return { ...Object.fromEntries(ofVendor), ...headers };
}
