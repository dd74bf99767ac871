import type { GatewayRequest } from '../access/gateway-request';
import type { EmbeddingRequest } from '../llm/embedding-request';
import type { PolicyOutcome } from '../policy/policy-engine';
import type { ChatPreferences } from './chat-preferences';

/** What the interceptors of the embeddings route have established before the handler runs. */
export interface EmbeddingState {
  /** As the client wrote it. */
  readonly original: EmbeddingRequest;
  readonly preferences: ChatPreferences;
  /** Set by the policy interceptor; its request is the one that may leave the house. */
  policy?: PolicyOutcome<EmbeddingRequest>;
}

/** An embeddings request after policy. */
export interface ReadyEmbedding extends EmbeddingState {
  readonly policy: PolicyOutcome<EmbeddingRequest>;
}

/** A request on the embeddings route. */
export interface EmbeddingGatewayRequest extends GatewayRequest {
  embedding?: EmbeddingState;
}

/** The request behind the route's interceptors; throws when one of them is missing. */
export function readyEmbeddingOf({ embedding }: EmbeddingGatewayRequest): ReadyEmbedding {
  if (!embedding?.policy) throw new Error('an embeddings route without its interceptors');
  return { ...embedding, policy: embedding.policy };
}
