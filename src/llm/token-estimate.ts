import type { ChatRequest, ToolDefinition } from './chat-request';
import type { ContentPart } from './content-part';
import type { EmbeddingInput } from './embedding-request';

/** Framing tokens a chat template adds around a message, on the safe side. */
const TOKENS_PER_MESSAGE = 8;
const TOKENS_PER_REQUEST = 16;
/** Dearest documented image tiling of the current vendors (high detail, large image), rounded up. */
const TOKENS_PER_IMAGE = 6_000;
/** Bytes of audio or document data per token, on the safe side. */
const BYTES_PER_BINARY_TOKEN = 32;
const TOKENS_PER_UNKNOWN_FILE = 200_000;

/**
 * An upper bound on the tokens of a text for any tokenizer that falls back to bytes: one token per
 * UTF-8 byte can never be exceeded. Used for holds, where too little would overspend a budget.
 */
function upperBoundTokensOfText(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** Upper bound on the prompt tokens of a whole request: messages, tools, schemas, media. */
export function upperBoundInputTokens(request: ChatRequest): number {
  let tokens = TOKENS_PER_REQUEST;
  for (const message of request.messages) {
    tokens += TOKENS_PER_MESSAGE + upperBoundTokensOfText(message.name ?? '') + boundOfParts(message.content);
    if (message.extensions) tokens += upperBoundTokensOfText(JSON.stringify(message.extensions));
  }
  // Fields without a place of their own may carry text, such as a chat template's arguments.
  tokens += upperBoundTokensOfText(JSON.stringify(request.extensions));
  for (const tool of request.tools ?? []) tokens += boundOfTool(tool);
  if (request.responseFormat?.type === 'json_schema') {
    tokens += upperBoundTokensOfText(JSON.stringify(request.responseFormat));
  }
  return tokens;
}

/** Upper bound on the tokens of one input to embed, with what a model may put around it. */
export function upperBoundEmbeddingTokens(input: EmbeddingInput): number {
  return TOKENS_PER_MESSAGE + (typeof input === 'string' ? upperBoundTokensOfText(input) : input.length);
}

function boundOfParts(parts: readonly ContentPart[]): number {
  let tokens = 0;
  for (const part of parts) tokens += boundOfPart(part);
  return tokens;
}

function boundOfPart(part: ContentPart): number {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return upperBoundTokensOfText(part.text);
    case 'image':
      return TOKENS_PER_IMAGE;
    case 'audio':
      return part.source.kind === 'base64'
        ? Math.ceil(part.source.data.length / BYTES_PER_BINARY_TOKEN)
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
      return TOKENS_PER_MESSAGE + boundOfParts(part.content);
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
