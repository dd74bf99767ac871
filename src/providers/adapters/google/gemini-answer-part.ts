import { isJsonObject, type JsonObject } from '../../../common/json';
import { isReasonablyDeep } from '../../wire/json-depth';
import { invalidResponse } from '../../wire/transport-error';

/** One part of an answer, understood. `signature` must come back with it in a later turn. */
export type GeminiAnswerPart =
  | { readonly kind: 'text'; readonly text: string; readonly signature: string | undefined }
  | { readonly kind: 'thought'; readonly text: string; readonly signature: string | undefined }
  | {
      readonly kind: 'call';
      /** Undefined when Gemini gave none. */
      readonly id: string | undefined;
      readonly name: string;
      /** JSON text. */
      readonly arguments: string;
      readonly signature: string | undefined;
    }
  | { readonly kind: 'image'; readonly mediaType: string; readonly data: string }
  | { readonly kind: 'native'; readonly value: JsonObject };

/** Reads a part; undefined when nothing in it makes sense. */
export function readAnswerPart(part: unknown, provider: string): GeminiAnswerPart | undefined {
  if (!isJsonObject(part)) return undefined;
  const signature = textOf(part['thoughtSignature']);
  const { text, functionCall, inlineData } = part;
  if (typeof text === 'string')
    return { kind: part['thought'] === true ? 'thought' : 'text', text, signature };
  if (isJsonObject(functionCall)) return readCall(functionCall, signature, provider);
  if (isJsonObject(inlineData)) return readImage(inlineData);
  if (signature !== undefined) return { kind: 'text', text: '', signature };
  const isEmpty = Object.keys(part).length === 0;
  return isEmpty ? undefined : { kind: 'native', value: saneOrThrow(part, provider) };
}

function readCall(
  call: JsonObject,
  signature: string | undefined,
  provider: string,
): GeminiAnswerPart | undefined {
  const name = textOf(call['name']);
  if (name === undefined) return undefined;
  const { args } = call;
  const text = isJsonObject(args) ? JSON.stringify(saneOrThrow(args, provider)) : '{}';
  return { kind: 'call', id: textOf(call['id']), name, arguments: text, signature };
}

function readImage(inline: JsonObject): GeminiAnswerPart | undefined {
  const mediaType = textOf(inline['mimeType']);
  const data = textOf(inline['data']);
  return mediaType === undefined || data === undefined ? undefined : { kind: 'image', mediaType, data };
}

function saneOrThrow(value: JsonObject, provider: string): JsonObject {
  if (!isReasonablyDeep(value))
    throw invalidResponse(provider, 'the answer of the provider is nested too deep');
  return value;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
