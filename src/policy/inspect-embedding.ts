import type { Steps } from '../common/steps';
import type { EmbeddingInput, EmbeddingRequest } from '../llm/embedding-request';
import type { TextInspectionInSteps } from './text-inspection';

/** Inspects all text of an embeddings request and returns it redacted. Token ids cannot be read and stay as they are. */
export function* inspectEmbeddingInSteps(
  request: EmbeddingRequest,
  look: TextInspectionInSteps,
): Steps<EmbeddingRequest> {
  const inputs: EmbeddingInput[] = [];
  for (const input of request.inputs)
    inputs.push(typeof input === 'string' ? yield* look.textInSteps(input, 'user') : input);
  const { user } = request;
  return {
    ...request,
    inputs,
    user: user === undefined ? undefined : yield* look.textInSteps(user, 'user'),
    extensions: yield* look.jsonInSteps(request.extensions, 'user'),
  };
}
