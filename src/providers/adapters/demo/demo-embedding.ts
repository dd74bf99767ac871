import { createHash } from 'node:crypto';
import type { DroppedParameter } from '../../../llm/chat-result';
import type { EmbeddingCall } from '../../../llm/embedding-adapter';
import type { EmbeddingInput } from '../../../llm/embedding-request';
import type { EmbeddingResult } from '../../../llm/embedding-result';
import { NO_USAGE } from '../../../llm/token-usage';
import { DroppedParameters } from '../../wire/dropped-parameters';
import { addEmbeddingExtensions } from '../../wire/embedding-fields';
import { countDemoTokens, toDemoTokens } from './demo-tokens';

/** Every token pulls at so many numbers of the vector, so that texts that share words lie close together. */
const PULLS_PER_TOKEN = 8;

/** The demo's answer: the same text always gives the same unit vector, and similar texts similar ones. */
export function demoEmbedding({ model, request, vectorLength }: EmbeddingCall): EmbeddingResult {
  let inputUncached = 0;
  const vectors = request.inputs.map((input) => {
    inputUncached += typeof input === 'string' ? countDemoTokens(input) : input.length;
    return toUnitVector(input, vectorLength);
  });
  return {
    model,
    vectors,
    usage: { ...NO_USAGE, inputUncached },
    droppedParameters: droppedOf(request),
  };
}

function toUnitVector(input: EmbeddingInput, length: number): readonly number[] {
  const vector = new Float64Array(length);
  const tokens = typeof input === 'string' ? toDemoTokens(input.toLowerCase()) : input.map(String);
  for (const token of tokens) {
    const digest = createHash('sha256').update(token.trim()).digest();
    for (let i = 0; i < PULLS_PER_TOKEN; i++) {
      const pull = digest.readInt32LE(i * 4);
      const at = Math.abs(pull) % length;
      vector[at] = (vector[at] ?? 0) + (pull < 0 ? -1 : 1);
    }
  }
  const norm = Math.hypot(...vector);
  // Pulls may cancel each other out; a vector without direction would divide by zero in clients.
  if (norm === 0) return Array.from(vector, (_value, index) => (index === 0 ? 1 : 0));
  return Array.from(vector, (value) => Math.fround(value / norm));
}

function droppedOf(request: EmbeddingCall['request']): readonly DroppedParameter[] {
  const dropped = new DroppedParameters();
  if (request.user !== undefined) dropped.drop('user', 'the demo provider does not use it');
  if (request.purpose !== undefined) dropped.drop('input_type', 'the demo provider does not use it');
  addEmbeddingExtensions({}, request, { dropped });
  return dropped.list();
}
