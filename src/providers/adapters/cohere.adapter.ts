import { Injectable } from '@nestjs/common';
import type { ChatAdapter, ProviderCall, ProviderEndpoint, ProviderProbe } from '../../llm/chat-adapter';
import type { ChatResult } from '../../llm/chat-result';
import type { ChatStreamEvent } from '../../llm/chat-stream-event';
import type { EmbeddingAdapter, EmbeddingCall } from '../../llm/embedding-adapter';
import type { EmbeddingResult } from '../../llm/embedding-result';
import { answerBytesOf } from '../wire/embedding-vectors';
import { VendorHttp, type VendorPost, type VendorReader } from '../wire/vendor-http';
import { fromCohereEmbedding, toCohereEmbedding } from './cohere/cohere-embedding';
import { toCohereError } from './cohere/cohere-errors';
import { CohereStreamReader } from './cohere/cohere-stream';
import { fromCohereResponse } from './cohere/from-cohere-response';
import { toCohereRequest } from './cohere/to-cohere-request';
import { toErrorInAnswer } from './openai-compatible/openai-errors';

const READER: VendorReader = {
  toError: toCohereError,
  toErrorInAnswer: (provider, answer) =>
    'message' in answer && typeof answer.message === 'string'
      ? toErrorInAnswer(provider, answer, 'nothing-yet')
      : undefined,
  readAnswer: fromCohereResponse,
  readStream: (context) => new CohereStreamReader(context),
};

/** Cohere's own v2 chat and embeddings; its compatible endpoint would hide what is billed. */
@Injectable()
export class CohereAdapter implements ChatAdapter, EmbeddingAdapter {
  readonly vendor = 'cohere';

  constructor(private readonly vendorHttp: VendorHttp) {}

  complete(call: ProviderCall): Promise<ChatResult> {
    return this.vendorHttp.complete(call, postOf(call, { stream: false }), READER);
  }

  stream(call: ProviderCall): AsyncGenerator<ChatStreamEvent, void> {
    return this.vendorHttp.stream(call, postOf(call, { stream: true }), READER);
  }

  embed(call: EmbeddingCall): Promise<EmbeddingResult> {
    const post = {
      ...toCohereEmbedding(call),
      ...addressOf(call.endpoint, 'embed'),
      answerBytes: answerBytesOf(call),
    };
    return this.vendorHttp.complete(call, post, {
      toError: toCohereError,
      readAnswer: (text, context) => fromCohereEmbedding(text, context, call.request.inputs.length),
    });
  }

  /** The list of models has stayed in the first version of the API. */
  probe(endpoint: ProviderEndpoint): ProviderProbe {
    return addressOf({ ...endpoint, baseUrl: endpoint.baseUrl.replace(/\/v2$/, '/v1') }, 'models');
  }
}

function postOf(call: ProviderCall, options: { readonly stream: boolean }): VendorPost {
  return { ...toCohereRequest(call, options), ...addressOf(call.endpoint, 'chat') };
}

function addressOf({ baseUrl, apiKey }: ProviderEndpoint, path: string): Pick<VendorPost, 'url' | 'headers'> {
  return {
    url: `${baseUrl}/${path}`,
    headers: {
      'x-client-name': 'modelmuxer',
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
    },
  };
}
