import { Injectable } from '@nestjs/common';
import { OpenAiCompatibleAdapter } from './openai-compatible.adapter';
import { OPENAI_PROFILE, type OpenAiWireProfile } from './openai-compatible/wire-profile';

const LITELLM_PROFILE: OpenAiWireProfile = {
  ...OPENAI_PROFILE,
  maxTokensField: 'max_tokens',
  reasoningMaxTokensField: 'max_tokens',
  knownFields: new Set([...OPENAI_PROFILE.knownFields, 'top_k']),
  developerRole: false,
  maxStopSequences: undefined,
  reasoningMember: 'reasoning_content',
  // Repetition is our business: two of us would multiply the calls.
  headers: { 'x-litellm-num-retries': '0' },
};

/** A LiteLLM proxy: OpenAI's format, whoever is behind it; what the model does not take is the proxy's to say. */
@Injectable()
export class LiteLlmAdapter extends OpenAiCompatibleAdapter {
  override readonly vendor = 'litellm';

  protected override profileOf(): OpenAiWireProfile {
    return LITELLM_PROFILE;
  }
}
