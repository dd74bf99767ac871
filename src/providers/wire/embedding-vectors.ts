import type { EmbeddingVector } from '../../llm/embedding-result';
import type { EmbeddingCall } from '../../llm/embedding-adapter';
import { invalidResponse } from './transport-error';

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const BYTES_PER_FLOAT = 4;
/** Characters of one number in JSON, its comma included, with room for servers that print them at full length. */
const BYTES_PER_PRINTED_NUMBER = 26;
const ANSWER_FRAME_BYTES = 65_536;

/** Checks what a vendor gave as its vectors: one for each input, none of them empty, nothing but numbers inside. */
export function toVectors(
  values: readonly unknown[],
  { inputs, provider }: { readonly inputs: number; readonly provider: string },
): readonly EmbeddingVector[] {
  if (values.length !== inputs)
    throw invalidResponse(provider, 'the answer of the provider has not one vector per input');
  return values.map((value) => {
    if (isNumbers(value) || isFloats(value)) return value;
    throw invalidResponse(provider, 'a vector of the answer is not made of numbers');
  });
}

/** The most an answer with these vectors can have: large batches are larger than any chat. */
export function answerBytesOf({ request, vectorLength }: EmbeddingCall): number {
  return ANSWER_FRAME_BYTES + request.inputs.length * vectorLength * BYTES_PER_PRINTED_NUMBER;
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number');
}

function isFloats(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    BASE64.test(value) &&
    Buffer.byteLength(value, 'base64') % BYTES_PER_FLOAT === 0
  );
}
