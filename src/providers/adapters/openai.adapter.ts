import { Injectable } from '@nestjs/common';
import type { ProviderEndpoint } from '../../llm/chat-adapter';
import { OpenAiCompatibleAdapter } from './openai-compatible.adapter';
import { OPENAI_EMBEDDINGS } from './openai-compatible/embedding-profile';
import {
  OPENAI_PROFILE,
  OPENAI_STAND_IN_PROFILE,
  type OpenAiWireProfile,
} from './openai-compatible/wire-profile';

const OPENAI_ORIGIN = 'https://api.openai.com/';

/** OpenAI itself, or whatever stands at the address configured for it. */
@Injectable()
export class OpenAiAdapter extends OpenAiCompatibleAdapter {
  override readonly vendor = 'openai';
  protected override readonly embeddingProfile = OPENAI_EMBEDDINGS;

  protected override profileOf(endpoint: ProviderEndpoint): OpenAiWireProfile {
    return endpoint.baseUrl.startsWith(OPENAI_ORIGIN) ? OPENAI_PROFILE : OPENAI_STAND_IN_PROFILE;
  }
}
