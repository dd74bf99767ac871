import { Injectable } from '@nestjs/common';
import { adaptMistralBody } from './mistral/adapt-mistral-body';
import { OpenAiCompatibleAdapter } from './openai-compatible.adapter';
import type { EmbeddingProfile } from './openai-compatible/embedding-profile';
import type { OpenAiWireProfile } from './openai-compatible/wire-profile';

/** Fields Mistral does not know are answered with 422, so nothing may slip through. */
const MISTRAL_PROFILE: OpenAiWireProfile = {
  maxTokensField: 'max_tokens',
  reasoningMaxTokensField: 'max_tokens',
  knownFields: new Set([
    'metadata',
    'prediction',
    'prompt_cache_key',
    'safe_prompt',
    'prompt_mode',
    'guardrails',
  ]),
  unknownFields: new Set(['logit_bias', 'logprobs', 'top_logprobs', 'stream_options']),
  renamedFields: { seed: 'random_seed' },
  developerRole: false,
  maxStopSequences: undefined,
  samplesWhileReasoning: true,
  reasoningEfforts: {
    none: 'none',
    minimal: 'minimal',
    low: 'low',
    medium: 'medium',
    high: 'high',
    xhigh: 'xhigh',
    max: 'xhigh',
  },
  reasoningMember: 'content',
  requiredToolChoice: 'any',
  functionToolsOnly: true,
  media: new Set(['image', 'file']),
  documentUrls: true,
  namelessMessages: true,
  plainRefusals: true,
  adapt: adaptMistralBody,
};

/** Mistral. Its answers may be lists of blocks with thinking among them; the family's readers know that. */
@Injectable()
export class MistralAdapter extends OpenAiCompatibleAdapter {
  override readonly vendor = 'mistral';
  protected override readonly embeddingProfile: EmbeddingProfile = {
    encodingFormat: true,
    dimensionsField: 'output_dimension',
    user: false,
    knownFields: new Set(['metadata']),
  };

  protected override profileOf(): OpenAiWireProfile {
    return MISTRAL_PROFILE;
  }
}
