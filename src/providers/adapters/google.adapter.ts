import { Injectable } from '@nestjs/common';
import type { ChatAdapter, ProviderCall, ProviderEndpoint, ProviderProbe } from '../../llm/chat-adapter';
import type { ChatResult } from '../../llm/chat-result';
import type { ChatStreamEvent } from '../../llm/chat-stream-event';
import type { EmbeddingAdapter, EmbeddingCall } from '../../llm/embedding-adapter';
import type { EmbeddingResult } from '../../llm/embedding-result';
import { answerBytesOf } from '../wire/embedding-vectors';
import { VendorHttp, type VendorPost, type VendorReader } from '../wire/vendor-http';
import { fromGeminiEmbedding, toGeminiEmbedding } from './google/gemini-embedding';
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
export class GoogleAdapter implements ChatAdapter, EmbeddingAdapter {
  readonly vendor = 'google';

  constructor(private readonly vendorHttp: VendorHttp) {}

  async complete(call: ProviderCall): Promise<ChatResult> {
    return this.vendorHttp.complete(call, postOf(call, 'generateContent'), READER);
  }

  async *stream(call: ProviderCall): AsyncGenerator<ChatStreamEvent, void> {
    // Without `alt=sse` the stream would be one JSON list.
    yield* this.vendorHttp.stream(call, postOf(call, 'streamGenerateContent?alt=sse'), READER);
  }

  async embed(call: EmbeddingCall): Promise<EmbeddingResult> {
    const post = {
      ...toGeminiEmbedding(call),
      ...addressOf(call, 'batchEmbedContents'),
      answerBytes: answerBytesOf(call),
    };
    return this.vendorHttp.complete(call, post, {
      toError: toGeminiError,
      readAnswer: (text, context) => fromGeminiEmbedding(text, context, call.request.inputs.length),
    });
  }

  probe({ baseUrl, apiKey }: ProviderEndpoint): ProviderProbe {
    return { url: `${baseUrl}/models?pageSize=1`, headers: credentialOf(apiKey) };
  }
}

function postOf(call: ProviderCall, method: string): VendorPost {
  return { ...toGeminiRequest(call), ...addressOf(call, method) };
}

function addressOf(
  call: Pick<ProviderCall, 'endpoint' | 'model'>,
  method: string,
): Pick<VendorPost, 'url' | 'headers'> {
  const { baseUrl, apiKey } = call.endpoint;
  const model = encodeURIComponent(call.model.replace(/^models\//, ''));
  return {
    url: `${baseUrl}/models/${model}:${method}`,
    headers: credentialOf(apiKey),
  };
}

function credentialOf(apiKey: string | undefined): Record<string, string> {
  return apiKey === undefined ? {} : { 'x-goog-api-key': apiKey };
}
