import { isJsonObject, parseJson } from '../../../common/json';
import type { DroppedParameter } from '../../../llm/chat-result';
import type { EmbeddingCall } from '../../../llm/embedding-adapter';
import type { EmbeddingPurpose } from '../../../llm/embedding-request';
import type { EmbeddingResult } from '../../../llm/embedding-result';
import type { AnswerContext } from '../../wire/answer-context';
import { DroppedParameters } from '../../wire/dropped-parameters';
import { addEmbeddingExtensions, textsOf } from '../../wire/embedding-fields';
import { toVectors } from '../../wire/embedding-vectors';
import { invalidResponse } from '../../wire/transport-error';
import { toGeminiErrorInAnswer } from './gemini-errors';
import { toTokenUsage } from './gemini-usage';

const TASK_OF_PURPOSE: Readonly<Record<EmbeddingPurpose, string>> = {
  query: 'RETRIEVAL_QUERY',
  document: 'RETRIEVAL_DOCUMENT',
  classification: 'CLASSIFICATION',
  clustering: 'CLUSTERING',
};

/** Maps a request to `batchEmbedContents`: every text is a request of its own inside one call. */
export function toGeminiEmbedding({ model, request }: EmbeddingCall): {
  readonly body: string;
  readonly droppedParameters: readonly DroppedParameter[];
} {
  const dropped = new DroppedParameters();
  const { purpose, dimensions, user } = request;
  const common = {
    model: `models/${model.replace(/^models\//, '')}`,
    taskType: purpose && TASK_OF_PURPOSE[purpose],
    outputDimensionality: dimensions,
  };
  const requests = textsOf(request).map((text) => ({ ...common, content: { parts: [{ text }] } }));
  if (user !== undefined) dropped.drop('user');
  const body = { requests };
  addEmbeddingExtensions(body, request, { dropped });
  return { body: JSON.stringify(body), droppedParameters: dropped.list() };
}

/** Reads the vectors; they come in the order of the inputs. The answer names no model, and often no usage. */
export function fromGeminiEmbedding(text: string, context: AnswerContext, inputs: number): EmbeddingResult {
  const { provider } = context;
  const answer = parseJson(text);
  const failure = toGeminiErrorInAnswer(provider, answer, 'nothing-yet');
  if (failure) throw failure;
  const embeddings = isJsonObject(answer) ? answer['embeddings'] : undefined;
  if (!isJsonObject(answer) || !Array.isArray(embeddings))
    throw invalidResponse(provider, 'the answer of the provider has no vectors');
  const values = embeddings.map((one: unknown) => (isJsonObject(one) ? one['values'] : undefined));
  return {
    model: context.requestedModel,
    vectors: toVectors(values, { inputs, provider }),
    usage: toTokenUsage(answer['usageMetadata']),
    droppedParameters: context.droppedParameters,
  };
}
