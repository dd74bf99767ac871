import type { JsonObject } from '../../common/json';
import type { ChatRequest } from '../../llm/chat-request';
import type { EmbeddingRequest } from '../../llm/embedding-request';

/** What is asked, to tell equal questions from others; only compared by fingerprint, never kept. */
export type Question = JsonObject;

/**
 * All that an answer depends on. Who asks (user, metadata), how the answer travels (stream), what it is charged by
 * (service tier) and hints for vendors' caches are left out.
 */
export function questionOfChat(chat: ChatRequest): Question {
  return {
    kind: 'chat',
    ...chat,
    stream: undefined,
    includeUsage: undefined,
    user: undefined,
    metadata: undefined,
    serviceTier: undefined,
    promptCacheKey: undefined,
  };
}

/** The same for texts to embed. */
export function questionOfEmbedding(embedding: EmbeddingRequest): Question {
  return { kind: 'embedding', ...embedding, encoding: undefined, user: undefined };
}
