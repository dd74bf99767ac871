import type { EmbeddingInput, EmbeddingRequest } from '../llm/embedding-request';
import { upperBoundEmbeddingTokens } from '../llm/token-estimate';

/** Sizes of an embeddings request, in tokens. */
export interface EmbeddingSize {
  /** Upper bound over all inputs: what is held. */
  readonly inputTokensBound: number;
  /** What all inputs probably have: what is booked when the vendor does not say. */
  readonly inputTokensExpected: number;
  /** What the longest input has at least, as good as certainly. */
  readonly longestInputTokens: number;
}

/** English text averages four bytes a token. */
const BYTES_PER_TOKEN = 4;
/** No ordinary text has so many bytes per token on average. */
const MOST_BYTES_PER_TOKEN = 8;

/** Token ids are counted, texts are estimated. */
export function sizeOfEmbedding({ inputs }: EmbeddingRequest): EmbeddingSize {
  let inputTokensBound = 0;
  let inputTokensExpected = 0;
  let longestInputTokens = 1;
  for (const input of inputs) {
    inputTokensBound += upperBoundEmbeddingTokens(input);
    inputTokensExpected += tokensOf(input, BYTES_PER_TOKEN);
    longestInputTokens = Math.max(longestInputTokens, tokensOf(input, MOST_BYTES_PER_TOKEN));
  }
  return { inputTokensBound, inputTokensExpected, longestInputTokens };
}

function tokensOf(input: EmbeddingInput, bytesPerToken: number): number {
  return typeof input === 'string' ? Math.ceil(Buffer.byteLength(input) / bytesPerToken) : input.length;
}
