import { Injectable } from '@nestjs/common';
import type { ChatAdapter, ProviderCall } from '../../llm/chat-adapter';
import type { ChatResult } from '../../llm/chat-result';
import type { ChatStreamEvent } from '../../llm/chat-stream-event';
import { VendorHttp, type VendorPost, type VendorReader } from '../wire/vendor-http';
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

/** Cohere's own v2 chat; its compatible endpoint would hide what is billed. */
@Injectable()
export class CohereAdapter implements ChatAdapter {
  readonly vendor = 'cohere';

  constructor(private readonly vendorHttp: VendorHttp) {}

  complete(call: ProviderCall): Promise<ChatResult> {
    return this.vendorHttp.complete(call, postOf(call, { stream: false }), READER);
  }

  stream(call: ProviderCall): AsyncGenerator<ChatStreamEvent, void> {
    return this.vendorHttp.stream(call, postOf(call, { stream: true }), READER);
  }
}

function postOf(call: ProviderCall, options: { readonly stream: boolean }): VendorPost {
  const { baseUrl, apiKey } = call.endpoint;
  return {
    ...toCohereRequest(call, options),
    url: `${baseUrl}/chat`,
    headers: {
      'x-client-name': 'modelmuxer',
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
    },
  };
}
