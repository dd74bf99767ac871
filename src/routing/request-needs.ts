import type { ModelCapabilities, ModelCard } from '../catalog/model-card';
import type { ChatRequest } from '../llm/chat-request';
import type { ContentPart } from '../llm/content-part';
import type { PromptFeatures } from './features';

/** What a model must be able to do for a request. */
export interface RequestNeeds {
  readonly capabilities: readonly (keyof ModelCapabilities)[];
  /** Expected prompt tokens. An expectation, not a bound: at the edge the vendor's own count decides. */
  readonly inputTokens: number;
  /** Set when vectors are wanted instead of an answer. */
  readonly embedding?: EmbeddingNeeds;
}

/** What an embedding model must take and give. */
export interface EmbeddingNeeds {
  readonly dimensions: number | undefined;
  readonly tokenIds: boolean;
}

/** Reads the needs off a request. Fields a vendor may drop without changing the answer's form are no needs. */
export function needsOf(request: ChatRequest, features: PromptFeatures): RequestNeeds {
  const capabilities = new Set<keyof ModelCapabilities>();
  for (const message of request.messages) addNeedsOfParts(message.content, capabilities);
  if (features.hasTools) capabilities.add('tools');
  if (request.responseFormat?.type === 'json_object') capabilities.add('jsonMode');
  if (request.responseFormat?.type === 'json_schema') capabilities.add('jsonSchema');
  if (request.choiceCount > 1) capabilities.add('multipleChoices');
  return { capabilities: [...capabilities], inputTokens: features.tokenLengthEstimate };
}

/** The first capability a model lacks; undefined when it has all. */
export function missingCapability(card: ModelCard, needs: RequestNeeds): string | undefined {
  if (needs.embedding) return missingForEmbedding(card, needs.embedding);
  if (card.kind !== 'chat') return 'chat';
  for (const capability of needs.capabilities) if (!card.capabilities[capability]) return capability;
  return undefined;
}

function missingForEmbedding({ embedding }: ModelCard, needs: EmbeddingNeeds): string | undefined {
  if (!embedding) return 'embedding';
  if (needs.tokenIds && !embedding.tokenIds) return 'token_ids';
  const { dimensions = embedding.dimensions } = needs;
  const fits =
    dimensions === embedding.dimensions || (embedding.shortens && dimensions < embedding.dimensions);
  return fits ? undefined : 'dimensions';
}

function addNeedsOfParts(parts: readonly ContentPart[], capabilities: Set<keyof ModelCapabilities>): void {
  for (const part of parts) {
    if (part.type === 'image') capabilities.add('vision');
    else if (part.type === 'audio') capabilities.add('audio');
    else if (part.type === 'file') capabilities.add('files');
    else if (part.type === 'tool-result') addNeedsOfParts(part.content, capabilities);
  }
}
