import { Injectable } from '@nestjs/common';
import type { ChatAdapter, ProviderCall, ProviderEndpoint } from '../../llm/chat-adapter';
import type { ChatResult } from '../../llm/chat-result';
import type { ChatStreamEvent } from '../../llm/chat-stream-event';
import { VendorHttp, type VendorPost, type VendorReader } from '../wire/vendor-http';
import { fromOpenAiResponse } from './openai-compatible/from-openai-response';
import { toErrorInAnswer, toVendorError } from './openai-compatible/openai-errors';
import { OpenAiStreamReader } from './openai-compatible/openai-stream';
import { toOpenAiRequest } from './openai-compatible/to-openai-request';
import { COMPATIBLE_PROFILE, type OpenAiWireProfile } from './openai-compatible/wire-profile';

const READER: VendorReader = {
  toError: toVendorError,
  toErrorInAnswer: (provider, answer) =>
    'error' in answer ? toErrorInAnswer(provider, answer, 'nothing-yet') : undefined,
  readAnswer: fromOpenAiResponse,
  readStream: (context) => new OpenAiStreamReader(context),
};

/** Any server that speaks OpenAI's chat completions; vendors of the family differ by their profile only. */
@Injectable()
export class OpenAiCompatibleAdapter implements ChatAdapter {
  readonly vendor: string = 'openai-compatible';

  constructor(private readonly vendorHttp: VendorHttp) {}

  complete(call: ProviderCall): Promise<ChatResult> {
    return this.vendorHttp.complete(call, this.postOf(call, { stream: false }), READER);
  }

  stream(call: ProviderCall): AsyncGenerator<ChatStreamEvent, void> {
    return this.vendorHttp.stream(call, this.postOf(call, { stream: true }), READER);
  }

  protected profileOf(_endpoint: ProviderEndpoint): OpenAiWireProfile {
    return COMPATIBLE_PROFILE;
  }

  private postOf(call: ProviderCall, options: { readonly stream: boolean }): VendorPost {
    const { baseUrl, apiKey } = call.endpoint;
    const profile = this.profileOf(call.endpoint);
    return {
      ...toOpenAiRequest(call, profile, options),
      url: `${baseUrl}/chat/completions`,
      headers: {
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
        ...profile.headers,
      },
    };
  }
}
