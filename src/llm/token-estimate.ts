import type { ChatRequest, ToolDefinition } from './chat-request';
import type { ContentPart } from './content-part';
import type { EmbeddingInput } from './embedding-request';
import {
  ANY_IMAGE,
  factsOfImage,
  upperBoundImageTokens,
  type ImageFacts,
  type ImageRule,
} from './image-tokens';

/** Framing tokens a chat template adds around a message, on the safe side. */
const TOKENS_PER_MESSAGE = 8;
const TOKENS_PER_REQUEST = 16;
/** Characters of base64 audio per token: 32 tokens a second at no more than 3 kbit/s. */
const CHARACTERS_PER_AUDIO_TOKEN = 16;
const TOKENS_PER_UNKNOWN_FILE = 200_000;

/** Upper bound on a prompt: of everything but its pictures, and what the bound of those depends on. */
export interface PromptBound {
  readonly tokens: number;
  readonly images: readonly ImageFacts[];
}

/**
 * An upper bound on the tokens of a text for any tokenizer that falls back to bytes: one token per
 * UTF-8 byte can never be exceeded. Used for holds, where too little would overspend a budget. Some tokenizers
 * normalize first (NFC: Cohere, Qwen; NFKC: multilingual embedders), which makes a few characters longer.
 */
function upperBoundTokensOfText(text: string): number {
  const bytes = Buffer.byteLength(text, 'utf8');
  if (bytes === text.length) return bytes;
  return Math.max(bytes, Buffer.byteLength(text.normalize('NFC')), Buffer.byteLength(text.normalize('NFKC')));
}

/** Upper bound on the prompt tokens of a whole request for a model that counts pictures by this rule. */
export function upperBoundInputTokens(request: ChatRequest, rule: ImageRule = ANY_IMAGE): number {
  return boundTokens(upperBoundPrompt(request), rule);
}

/** The bound for a model that counts pictures by this rule. */
export function boundTokens({ tokens, images }: PromptBound, rule: ImageRule = ANY_IMAGE): number {
  return images.reduce((sum, image) => sum + upperBoundImageTokens(image, rule), tokens);
}

/** Upper bound on the prompt of a whole request: messages, tools, schemas, media. */
export function upperBoundPrompt(request: ChatRequest): PromptBound {
  const images: ImageFacts[] = [];
  let tokens = TOKENS_PER_REQUEST;
  for (const message of request.messages) {
    tokens +=
      TOKENS_PER_MESSAGE + upperBoundTokensOfText(message.name ?? '') + boundOfParts(message.content, images);
    if (message.extensions) tokens += upperBoundTokensOfText(JSON.stringify(message.extensions));
  }
  // Fields without a place of their own may carry text, such as a chat template's arguments.
  tokens += upperBoundTokensOfText(JSON.stringify(request.extensions));
  for (const tool of request.tools ?? []) tokens += boundOfTool(tool);
  if (request.responseFormat?.type === 'json_schema') {
    tokens += upperBoundTokensOfText(JSON.stringify(request.responseFormat));
  }
  return { tokens, images };
}

/** Upper bound on the tokens of one input to embed, with what a model may put around it. */
export function upperBoundEmbeddingTokens(input: EmbeddingInput): number {
  return TOKENS_PER_MESSAGE + (typeof input === 'string' ? upperBoundTokensOfText(input) : input.length);
}

/** Pictures are put aside: how much they count depends on the model. */
function boundOfParts(parts: readonly ContentPart[], images: ImageFacts[]): number {
  let tokens = 0;
  for (const part of parts) tokens += boundOfPart(part, images);
  return tokens;
}

function boundOfPart(part: ContentPart, images: ImageFacts[]): number {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return upperBoundTokensOfText(part.text);
    case 'image':
      images.push(factsOfImage(part));
      return 0;
    case 'audio':
      return part.source.kind === 'base64'
        ? Math.ceil(part.source.data.length / CHARACTERS_PER_AUDIO_TOKEN)
        : TOKENS_PER_UNKNOWN_FILE;
    case 'file':
      return boundOfFile(part.source);
    case 'reasoning':
      return upperBoundTokensOfText(
        `${part.text ?? ''}${part.signature ?? ''}${part.encrypted ?? ''}${(part.summary ?? []).join('')}`,
      );
    case 'tool-call':
      return TOKENS_PER_MESSAGE + upperBoundTokensOfText(part.name) + upperBoundTokensOfText(part.arguments);
    case 'tool-result':
      return TOKENS_PER_MESSAGE + boundOfParts(part.content, images);
    case 'native':
      return upperBoundTokensOfText(JSON.stringify(part.value));
  }
}

function boundOfFile(source: {
  readonly kind: string;
  readonly text?: string;
  readonly data?: string;
}): number {
  if (source.text !== undefined) return upperBoundTokensOfText(source.text);
  // A page of a PDF costs its text and an image; a byte of base64 is a generous measure of both.
  if (source.data !== undefined) return source.data.length;
  return TOKENS_PER_UNKNOWN_FILE;
}

function boundOfTool(tool: ToolDefinition): number {
  return TOKENS_PER_MESSAGE + upperBoundTokensOfText(JSON.stringify(tool));
}
