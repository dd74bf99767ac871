import { Injectable } from '@nestjs/common';
import type { VendorReader } from '../wire/vendor-http';
import { COHERE_INPUT_TYPES } from './cohere/cohere-embedding';
import { fromLiteLlmResponse } from './litellm/from-litellm-response';
import { toLiteLlmError } from './litellm/litellm-errors';
import { OPENAI_READER, OpenAiCompatibleAdapter } from './openai-compatible.adapter';
import { COMPATIBLE_EMBEDDINGS, type EmbeddingProfile } from './openai-compatible/embedding-profile';
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

const LITELLM_READER: VendorReader = {
  ...OPENAI_READER,
  toError: toLiteLlmError,
  readAnswer: fromLiteLlmResponse,
};

/** A LiteLLM proxy: OpenAI's format, whoever is behind it; what the model does not take is the proxy's to say. */
@Injectable()
export class LiteLlmAdapter extends OpenAiCompatibleAdapter {
  override readonly vendor = 'litellm';
  /** The words of Cohere, to whom the proxy passes them on. */
  protected override readonly embeddingProfile: EmbeddingProfile = {
    ...COMPATIBLE_EMBEDDINGS,
    purposes: COHERE_INPUT_TYPES,
  };
  protected override readonly reader = LITELLM_READER;

  protected override profileOf(): OpenAiWireProfile {
    return LITELLM_PROFILE;
  }
}
