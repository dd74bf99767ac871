import { Injectable } from '@nestjs/common';
import type { ChatAdapter, ProviderCall, ProviderEndpoint, ProviderProbe } from '../../llm/chat-adapter';
import type { ChatResult } from '../../llm/chat-result';
import type { ChatStreamEvent } from '../../llm/chat-stream-event';
import { VendorHttp, type VendorPost, type VendorReader } from '../wire/vendor-http';
import { toAnthropicError, toAnthropicErrorInAnswer } from './anthropic/anthropic-errors';
import { AnthropicStreamReader } from './anthropic/anthropic-stream';
import { fromAnthropicResponse } from './anthropic/from-anthropic-response';
import { toAnthropicRequest } from './anthropic/to-anthropic-request';

/** Version of the API, required with every call. Beta features have a header of their own, which is never sent. */
const API_VERSION = '2023-06-01';

interface Exchange {
  readonly post: VendorPost;
  readonly reader: VendorReader;
}

/** Anthropic's models over its Messages API, in their own wire format. */
@Injectable()
export class AnthropicAdapter implements ChatAdapter {
  readonly vendor = 'anthropic';

  constructor(private readonly vendorHttp: VendorHttp) {}

  complete(call: ProviderCall): Promise<ChatResult> {
    const { post, reader } = exchangeOf(call, { stream: false });
    return this.vendorHttp.complete(call, post, reader);
  }

  stream(call: ProviderCall): AsyncGenerator<ChatStreamEvent, void> {
    const { post, reader } = exchangeOf(call, { stream: true });
    return this.vendorHttp.stream(call, post, reader);
  }

  probe(endpoint: ProviderEndpoint): ProviderProbe {
    return { url: urlOf(endpoint, 'models?limit=1'), headers: headersOf(endpoint) };
  }
}

/** The answer is read in the light of the request: a tool may have stood in for a schema. */
function exchangeOf(call: ProviderCall, options: { readonly stream: boolean }): Exchange {
  const { endpoint, request } = call;
  const { body, droppedParameters, jsonTool } = toAnthropicRequest(call, options);
  const facts = { dialect: request.dialect, jsonTool };
  return {
    post: {
      url: urlOf(endpoint, 'messages'),
      headers: headersOf(endpoint),
      body,
      droppedParameters,
    },
    reader: {
      toError: toAnthropicError,
      toErrorInAnswer: (provider, answer) =>
        'error' in answer ? toAnthropicErrorInAnswer(provider, answer, 'nothing-yet') : undefined,
      readAnswer: (text, context) => fromAnthropicResponse(text, { ...context, ...facts }),
      readStream: (context) => new AnthropicStreamReader({ ...context, ...facts }),
    },
  };
}

function headersOf({ apiKey }: ProviderEndpoint): Record<string, string> {
  return { 'anthropic-version': API_VERSION, ...(apiKey !== undefined && { 'x-api-key': apiKey }) };
}

/** The address may or may not name the version of the API: Anthropic's own settings leave it out. */
function urlOf({ baseUrl }: ProviderEndpoint, path: string): string {
  return baseUrl.endsWith('/v1') ? `${baseUrl}/${path}` : `${baseUrl}/v1/${path}`;
}
