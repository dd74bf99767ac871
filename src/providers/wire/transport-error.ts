import { ProviderError, type ProviderErrorKind } from '../../llm/provider-error';
import { HttpFailure, type HttpFailureReason } from '../../platform/http/http-failure';
import { SseLimitExceeded } from './sse-parser';

const KIND_OF_REASON: Readonly<Record<HttpFailureReason, ProviderErrorKind>> = {
  aborted: 'aborted',
  timeout: 'timeout',
  connection: 'connection',
  too_large: 'invalid_response',
  protocol: 'invalid_response',
  blocked: 'connection',
};
const MESSAGE_OF_REASON: Readonly<Record<HttpFailureReason, string>> = {
  aborted: 'the call was cancelled',
  timeout: 'the provider did not answer in time',
  connection: 'the connection to the provider broke',
  too_large: 'the answer of the provider is too large',
  protocol: 'the answer of the provider is not HTTP',
  blocked: 'the address of the provider may not be called',
};

/** Any failure while talking to a vendor as a ProviderError; one that is one already stays as it is. */
export function toTransportError(provider: string, error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  if (error instanceof HttpFailure) {
    return new ProviderError({
      provider,
      kind: KIND_OF_REASON[error.reason],
      message: MESSAGE_OF_REASON[error.reason],
      mayHaveBilled: error.sent,
      cause: error,
    });
  }
  if (error instanceof SseLimitExceeded) return invalidResponse(provider, 'a line of the stream is too long');
  return invalidResponse(provider, 'the answer of the provider could not be read', error);
}

/** The vendor answered, but not in its own wire format. The work may have been done and billed. */
export function invalidResponse(provider: string, message: string, cause?: unknown): ProviderError {
  return new ProviderError({ provider, kind: 'invalid_response', message, mayHaveBilled: true, cause });
}

/** The stream ended before the answer did. */
export function streamCut(provider: string): ProviderError {
  return new ProviderError({
    provider,
    kind: 'connection',
    message: 'the stream of the provider was cut',
    mayHaveBilled: true,
  });
}
