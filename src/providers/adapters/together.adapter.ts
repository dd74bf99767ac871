import { Injectable } from '@nestjs/common';
import { OpenAiCompatibleAdapter } from './openai-compatible.adapter';
import type { EmbeddingProfile } from './openai-compatible/embedding-profile';
import type { OpenAiWireProfile } from './openai-compatible/wire-profile';

const TOGETHER_PROFILE: OpenAiWireProfile = {
  maxTokensField: 'max_tokens',
  reasoningMaxTokensField: 'max_tokens',
  knownFields: new Set([
    'top_k',
    'min_p',
    'repetition_penalty',
    'safety_model',
    'context_length_exceeded_behavior',
    'chat_template_kwargs',
    'compliance',
  ]),
  // The usage comes with the last chunk unasked.
  unknownFields: new Set(['parallel_tool_calls', 'stream_options']),
  developerRole: false,
  maxStopSequences: undefined,
  samplesWhileReasoning: true,
  reasoningEfforts: {
    minimal: 'low',
    low: 'low',
    medium: 'medium',
    high: 'high',
    xhigh: 'high',
    max: 'high',
  },
  reasoningSwitch: true,
  countedLogprobs: true,
  functionToolsOnly: true,
  media: new Set(['image', 'audio']),
  plainRefusals: true,
};

/** Together. Its `eos` is a stop, its log probabilities are parallel lists; the family's readers know that. */
@Injectable()
export class TogetherAdapter extends OpenAiCompatibleAdapter {
  override readonly vendor = 'together';
  protected override readonly embeddingProfile: EmbeddingProfile = { encodingFormat: false, user: false };

  protected override profileOf(): OpenAiWireProfile {
    return TOGETHER_PROFILE;
  }
}
