import { Injectable } from '@nestjs/common';
import type { ChatAdapter, ProviderCall, ProviderEndpoint, ProviderProbe } from '../../llm/chat-adapter';
import type { ChatResult } from '../../llm/chat-result';
import type { ChatStreamEvent } from '../../llm/chat-stream-event';
import type { EmbeddingAdapter, EmbeddingCall } from '../../llm/embedding-adapter';
import type { EmbeddingResult } from '../../llm/embedding-result';
import { answerBytesOf } from '../wire/embedding-vectors';
import { VendorHttp, type VendorPost, type VendorReader } from '../wire/vendor-http';
import { COMPATIBLE_EMBEDDINGS, type EmbeddingProfile } from './openai-compatible/embedding-profile';
import { fromOpenAiEmbedding } from './openai-compatible/from-openai-embedding';
import { fromOpenAiResponse } from './openai-compatible/from-openai-response';
import { toErrorInAnswer, toVendorError } from './openai-compatible/openai-errors';
import { OpenAiStreamReader } from './openai-compatible/openai-stream';
import { toOpenAiEmbedding } from './openai-compatible/to-openai-embedding';
import { toOpenAiRequest } from './openai-compatible/to-openai-request';
import { COMPATIBLE_PROFILE, type OpenAiWireProfile } from './openai-compatible/wire-profile';

export const OPENAI_READER: VendorReader = {
  toError: toVendorError,
  toErrorInAnswer: (provider, answer) =>
    'error' in answer ? toErrorInAnswer(provider, answer, 'nothing-yet') : undefined,
  readAnswer: fromOpenAiResponse,
  readStream: (context) => new OpenAiStreamReader(context),
};

/** Any server that speaks OpenAI's chat completions and embeddings; vendors of the family differ by their profile only. */
@Injectable()
export class OpenAiCompatibleAdapter implements ChatAdapter, EmbeddingAdapter {
  readonly vendor: string = 'openai-compatible';
  protected readonly embeddingProfile: EmbeddingProfile = COMPATIBLE_EMBEDDINGS;
  protected readonly reader: VendorReader = OPENAI_READER;

  constructor(private readonly vendorHttp: VendorHttp) {}

  complete(call: ProviderCall): Promise<ChatResult> {
    return this.vendorHttp.complete(call, this.postOf(call, { stream: false }), this.reader);
  }

  stream(call: ProviderCall): AsyncGenerator<ChatStreamEvent, void> {
    return this.vendorHttp.stream(call, this.postOf(call, { stream: true }), this.reader);
  }

  embed(call: EmbeddingCall): Promise<EmbeddingResult> {
    const post = {
      ...toOpenAiEmbedding(call, this.embeddingProfile),
      ...this.addressOf(call.endpoint, 'embeddings'),
      answerBytes: answerBytesOf(call),
    };
    return this.vendorHttp.complete(call, post, {
      toError: (failure) => this.reader.toError(failure),
      readAnswer: (text, context) => fromOpenAiEmbedding(text, context, call.request.inputs.length),
    });
  }

  probe(endpoint: ProviderEndpoint): ProviderProbe {
    return this.addressOf(endpoint, 'models');
  }

  protected profileOf(_endpoint: ProviderEndpoint): OpenAiWireProfile {
    return COMPATIBLE_PROFILE;
  }

  private postOf(call: ProviderCall, options: { readonly stream: boolean }): VendorPost {
    const profile = this.profileOf(call.endpoint);
    return {
      ...toOpenAiRequest(call, profile, options),
      ...this.addressOf(call.endpoint, 'chat/completions'),
    };
  }

  private addressOf(endpoint: ProviderEndpoint, path: string): Pick<VendorPost, 'url' | 'headers'> {
    const { baseUrl, apiKey } = endpoint;
    return {
      url: `${baseUrl}/${path}`,
      headers: {
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
        ...this.profileOf(endpoint).headers,
      },
    };
  }
}
