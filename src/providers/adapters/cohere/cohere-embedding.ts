import { isJsonObject, parseJson, type JsonObject } from '../../../common/json';
import type { DroppedParameter } from '../../../llm/chat-result';
import type { EmbeddingCall } from '../../../llm/embedding-adapter';
import type { EmbeddingPurpose } from '../../../llm/embedding-request';
import type { EmbeddingResult } from '../../../llm/embedding-result';
import type { AnswerContext } from '../../wire/answer-context';
import { DroppedParameters } from '../../wire/dropped-parameters';
import { addEmbeddingExtensions, textsOf } from '../../wire/embedding-fields';
import { toVectors } from '../../wire/embedding-vectors';
import { invalidResponse } from '../../wire/transport-error';
import { toCohereUsage } from './cohere-usage';

/** Cohere's own words; its v3 and later models insist on one. */
export const COHERE_INPUT_TYPES: Readonly<Record<EmbeddingPurpose, string>> = {
  query: 'search_query',
  document: 'search_document',
  classification: 'classification',
  clustering: 'clustering',
};
const KNOWN_FIELDS: ReadonlySet<string> = new Set(['truncate']);

/** Maps a request to Cohere's v2 embed. Too long a text is refused there instead of being cut unseen. */
export function toCohereEmbedding({ model, request }: EmbeddingCall): {
  readonly body: string;
  readonly droppedParameters: readonly DroppedParameter[];
} {
  const dropped = new DroppedParameters();
  const { purpose = 'document', dimensions, user } = request;
  const inputType = COHERE_INPUT_TYPES[purpose];
  const body: Record<string, unknown> = {
    model,
    texts: textsOf(request),
    input_type: inputType,
    embedding_types: ['float'],
    truncate: 'NONE',
    output_dimension: dimensions,
  };
  if (request.purpose === undefined) dropped.add('input_type', 'defaulted', inputType);
  if (user !== undefined) dropped.drop('user');
  addEmbeddingExtensions(body, request, { known: KNOWN_FIELDS, dropped });
  return { body: JSON.stringify(body), droppedParameters: dropped.list() };
}

/** Reads the vectors, which come in the order of the inputs, and what is billed for them. */
export function fromCohereEmbedding(text: string, context: AnswerContext, inputs: number): EmbeddingResult {
  const { provider } = context;
  const answer = parseJson(text);
  const embeddings = isJsonObject(answer) ? answer['embeddings'] : undefined;
  const values = isJsonObject(embeddings) ? embeddings['float'] : embeddings;
  if (!isJsonObject(answer) || !Array.isArray(values))
    throw invalidResponse(provider, 'the answer of the provider has no vectors');
  return {
    // The answer does not name a model: the one that was asked for has answered.
    model: context.requestedModel,
    vectors: toVectors(values, { inputs, provider }),
    usage: usageOf(answer),
    droppedParameters: context.droppedParameters,
  };
}

function usageOf({ meta }: JsonObject): EmbeddingResult['usage'] {
  const billed = isJsonObject(meta) ? meta['billed_units'] : undefined;
  return isJsonObject(billed)
    ? toCohereUsage({ billed_units: { input_tokens: billed['input_tokens'], output_tokens: 0 } })
    : undefined;
}
