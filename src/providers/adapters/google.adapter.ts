import { Injectable } from '@nestjs/common';
import type { ChatAdapter, ProviderCall } from '../../llm/chat-adapter';
import type { ChatResult } from '../../llm/chat-result';
import type { ChatStreamEvent } from '../../llm/chat-stream-event';
import { VendorHttp, type VendorPost, type VendorReader } from '../wire/vendor-http';
import { fromGeminiResponse } from './google/from-gemini-response';
import { toGeminiError, toGeminiErrorInAnswer } from './google/gemini-errors';
import { GeminiStreamReader } from './google/gemini-stream';
import { toGeminiRequest } from './google/to-gemini-request';

const READER: VendorReader = {
  toError: toGeminiError,
  toErrorInAnswer: (provider, answer) => toGeminiErrorInAnswer(provider, answer, 'nothing-yet'),
  readAnswer: fromGeminiResponse,
  readStream: (context) => new GeminiStreamReader(context),
};

/** Google's Gemini models over the Generative Language API, in their own wire format. */
@Injectable()
export class GoogleAdapter implements ChatAdapter {
  readonly vendor = 'google';

  constructor(private readonly vendorHttp: VendorHttp) {}

  async complete(call: ProviderCall): Promise<ChatResult> {
    return this.vendorHttp.complete(call, postOf(call, 'generateContent'), READER);
  }

  async *stream(call: ProviderCall): AsyncGenerator<ChatStreamEvent, void> {
    // Without `alt=sse` the stream would be one JSON list.
    yield* this.vendorHttp.stream(call, postOf(call, 'streamGenerateContent?alt=sse'), READER);
  }
}

function postOf(call: ProviderCall, method: string): VendorPost {
  const { baseUrl, apiKey } = call.endpoint;
  const model = encodeURIComponent(call.model.replace(/^models\//, ''));
  return {
    ...toGeminiRequest(call),
    url: `${baseUrl}/models/${model}:${method}`,
    headers: { ...(apiKey !== undefined && { 'x-goog-api-key': apiKey }) },
  };
}
