import type { ProviderErrorKind } from '../../llm/provider-error';

const MESSAGE_OF_KIND: Readonly<Partial<Record<ProviderErrorKind, string>>> = {
  bad_request: 'the provider refused the request',
  context_length: 'the prompt is too long for the model',
  authentication: 'the provider refused its credential',
  billing: 'the account at the provider has no credit left',
  not_found: 'the provider does not serve the model',
  rate_limit: 'the provider limits the rate of calls',
  overloaded: 'the provider is overloaded',
  content_policy: 'the provider refused the content',
  timeout: 'the provider gave up in time-out',
};

/** What we say about a vendor's failure; its own text may echo keys or prompts. */
export function messageOfKind(kind: ProviderErrorKind): string {
  return MESSAGE_OF_KIND[kind] ?? 'the provider failed';
}
