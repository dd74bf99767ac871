import { Injectable } from '@nestjs/common';
import { OpenAiCompatibleAdapter } from './openai-compatible.adapter';
import type { OpenAiWireProfile } from './openai-compatible/wire-profile';

const GROQ_PROFILE: OpenAiWireProfile = {
  maxTokensField: 'max_completion_tokens',
  knownFields: new Set([
    'user',
    'service_tier',
    'citation_options',
    'disable_tool_validation',
    'include_reasoning',
    'reasoning_format',
  ]),
  unknownFields: new Set(['logit_bias', 'logprobs', 'top_logprobs']),
  developerRole: false,
  maxStopSequences: 4,
  samplesWhileReasoning: true,
  reasoningEfforts: {
    none: 'none',
    default: 'default',
    minimal: 'low',
    low: 'low',
    medium: 'medium',
    high: 'high',
    xhigh: 'high',
    max: 'high',
  },
  reasoningMember: 'reasoning',
  maxChoices: 1,
  functionToolsOnly: true,
  media: new Set(['image']),
  namelessMessages: true,
  plainRefusals: true,
  reasoningFields: { include_reasoning: true },
  adapt: adaptGroqBody,
};

/** Its word for the ordinary tier is `on_demand`; it takes one of its two ways to show thinking, not both. */
function adaptGroqBody(body: Record<string, unknown>): void {
  if (body['service_tier'] === 'default') body['service_tier'] = 'on_demand';
  if (body['reasoning_format'] !== undefined) body['include_reasoning'] = undefined;
}

/** Groq. Usage comes twice in its last chunk, errors inside `x_groq`; the family's readers know that. */
@Injectable()
export class GroqAdapter extends OpenAiCompatibleAdapter {
  override readonly vendor = 'groq';

  protected override profileOf(): OpenAiWireProfile {
    return GROQ_PROFILE;
  }
}
