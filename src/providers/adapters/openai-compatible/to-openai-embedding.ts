import type { DroppedParameter } from '../../../llm/chat-result';
import type { EmbeddingCall } from '../../../llm/embedding-adapter';
import type { EmbeddingRequest } from '../../../llm/embedding-request';
import { DroppedParameters } from '../../wire/dropped-parameters';
import { addEmbeddingExtensions } from '../../wire/embedding-fields';
import type { EmbeddingProfile } from './embedding-profile';

export interface OpenAiEmbedding {
  /** JSON text of the body. */
  readonly body: string;
  readonly droppedParameters: readonly DroppedParameter[];
}

/** Maps a request to OpenAI's embeddings format. Nothing is left out without being reported. */
export function toOpenAiEmbedding(call: EmbeddingCall, profile: EmbeddingProfile): OpenAiEmbedding {
  const { request, model } = call;
  const dropped = new DroppedParameters();
  const body: Record<string, unknown> = { model, input: request.inputs };
  if (profile.encodingFormat) body['encoding_format'] = request.encoding;
  if (request.dimensions !== undefined) {
    if (profile.dimensionsField === undefined) dropped.drop('dimensions');
    else body[profile.dimensionsField] = request.dimensions;
  }
  if (request.user !== undefined) {
    if (profile.user) body['user'] = request.user;
    else dropped.drop('user');
  }
  addPurpose(body, request, { profile, dropped });
  addEmbeddingExtensions(body, request, { known: profile.knownFields, dropped });
  return { body: JSON.stringify(body), droppedParameters: dropped.list() };
}

function addPurpose(
  body: Record<string, unknown>,
  { purpose }: EmbeddingRequest,
  { profile, dropped }: { readonly profile: EmbeddingProfile; readonly dropped: DroppedParameters },
): void {
  if (purpose === undefined) return;
  const word = profile.purposes?.[purpose];
  if (word === undefined) dropped.drop('input_type', 'the provider embeds all texts alike');
  else body['input_type'] = word;
}
