import type { JsonObject } from '../../common/json';
import type { EmbeddingRequest } from '../../llm/embedding-request';
import type { EmbeddingResult, EmbeddingVector } from '../../llm/embedding-result';
import { inputTokensOf, type TokenUsage } from '../../llm/token-usage';

const BYTES_PER_FLOAT = 4;

/** Writes vectors as OpenAI's list, in the encoding the client asked for, with the router's metadata beside it. */
export function toEmbeddingList(
  { vectors, model }: EmbeddingResult,
  encoding: EmbeddingRequest['encoding'],
  { usage, metadata }: { readonly usage: TokenUsage; readonly metadata: JsonObject },
): JsonObject {
  const write = encoding === 'base64' ? toBase64 : toNumbers;
  const tokens = inputTokensOf(usage);
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: write(vector) })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
    router_metadata: metadata,
  };
}

/** Little-endian 32-bit floats, whatever this machine's own order is. */
function toBase64(vector: EmbeddingVector): string {
  if (typeof vector === 'string') return vector;
  const bytes = Buffer.allocUnsafe(vector.length * BYTES_PER_FLOAT);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * BYTES_PER_FLOAT);
  return bytes.toString('base64');
}

function toNumbers(vector: EmbeddingVector): readonly number[] {
  if (typeof vector !== 'string') return vector;
  const bytes = Buffer.from(vector, 'base64');
  return Array.from({ length: bytes.length / BYTES_PER_FLOAT }, (_unused, index) =>
    bytes.readFloatLE(index * BYTES_PER_FLOAT),
  );
}
