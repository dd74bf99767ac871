import type { ChatRequest } from './chat-request';
import type { AudioPart, ContentPart, FilePart } from './content-part';

/** Framing tokens that chat templates add around a message and a request. */
const TOKENS_PER_MESSAGE = 4;
const TOKENS_PER_REQUEST = 3;
/** A picture of middle size at the current vendors. */
const TOKENS_PER_IMAGE = 800;
const BYTES_PER_BINARY_TOKEN = 64;
const TOKENS_PER_UNKNOWN_FILE = 2_000;

/** What tokenizers treat alike. */
type Script =
  | 'none'
  | 'latin'
  | 'accented-latin'
  | 'cyrillic'
  | 'greek'
  | 'hebrew'
  | 'arabic'
  | 'indic'
  | 'south-east-asian'
  | 'other-alphabet'
  | 'ideograph'
  | 'hangul'
  | 'digit'
  | 'space'
  | 'new-line'
  | 'sign'
  | 'surrogate';

/** First code unit behind each range, in rising order. */
const RANGES: readonly (readonly [end: number, script: Script])[] = [
  [0x250, 'accented-latin'],
  [0x370, 'other-alphabet'],
  [0x400, 'greek'],
  [0x530, 'cyrillic'],
  [0x590, 'other-alphabet'],
  [0x600, 'hebrew'],
  [0x780, 'arabic'],
  [0x900, 'other-alphabet'],
  [0xe00, 'indic'],
  [0xe80, 'south-east-asian'],
  [0x2000, 'other-alphabet'],
  [0x2e80, 'sign'],
  [0xac00, 'ideograph'],
  [0xd7a4, 'hangul'],
  [0xd800, 'ideograph'],
  [0xe000, 'surrogate'],
];

/** Characters of a word in one token, by script. Calibrated with the tokenizer of OpenAI's models on sentences of our own. */
const CHARACTERS_PER_TOKEN: Readonly<Partial<Record<Script, number>>> = {
  cyrillic: 4.2,
  greek: 2.8,
  hebrew: 2.4,
  arabic: 3.7,
  indic: 3.1,
  'south-east-asian': 2.8,
  'other-alphabet': 2,
  ideograph: 1.3,
  hangul: 1.45,
  sign: 2.2,
  surrogate: 1.2,
};

/** Longer words fall apart. */
const WORD_CHARACTERS = 7;
const TOKENS_PER_FURTHER_CHARACTER = 0.18;
const TOKENS_PER_ACCENT = 0.22;

/**
 * The likely number of tokens of a text, from its words and scripts: what is booked, marked as estimated, when a vendor does not
 * say. Within 12 % of a real tokenizer on prose in 13 languages and 30 % on source text and lists; low by up to 45 % in
 * languages of Latin letters that tokenizers cut finely (Finnish, Polish, Turkish). The spec measures it.
 */
export function expectedTokensOfText(text: string): number {
  let tokens = 0;
  let script: Script = 'none';
  let length = 0;
  for (let index = 0; index < text.length; index += 1) {
    let next = scriptOf(text.charCodeAt(index));
    if (next === 'accented-latin') {
      tokens += TOKENS_PER_ACCENT;
      next = 'latin';
    }
    if (next === script) {
      length += 1;
      continue;
    }
    tokens += tokensOfRun(script, length, next);
    script = next;
    length = 1;
  }
  return tokens + tokensOfRun(script, length, 'none');
}

/** The likely number of prompt tokens of a whole request. */
export function expectedInputTokens(request: ChatRequest): number {
  let tokens = TOKENS_PER_REQUEST;
  for (const { name, content } of request.messages)
    tokens += TOKENS_PER_MESSAGE + expectedTokensOfText(name ?? '') + expectedOfParts(content);
  for (const tool of request.tools ?? []) tokens += expectedTokensOfText(JSON.stringify(tool));
  if (request.responseFormat?.type === 'json_schema')
    tokens += expectedTokensOfText(JSON.stringify(request.responseFormat));
  return Math.ceil(tokens);
}

function scriptOf(code: number): Script {
  if (code >= 128) return RANGES.find(([end]) => code < end)?.[1] ?? 'ideograph';
  const lower = code | 32;
  if (lower >= 97 && lower <= 122) return 'latin';
  if (code >= 48 && code <= 57) return 'digit';
  if (code === 10 || code === 13) return 'new-line';
  return code === 32 || code === 9 ? 'space' : 'sign';
}

function tokensOfRun(script: Script, length: number, next: Script): number {
  switch (script) {
    case 'none':
      return 0;
    case 'latin':
      return 1 + Math.max(0, length - WORD_CHARACTERS) * TOKENS_PER_FURTHER_CHARACTER;
    case 'digit':
      return Math.ceil(length / 3);
    case 'space':
      // A single blank belongs to the word behind it, but not to a number.
      return length > 1 || next === 'digit' ? 1 : 0;
    case 'new-line':
      return 1;
    case 'sign':
      return Math.ceil(length / (CHARACTERS_PER_TOKEN[script] ?? 1));
    default:
      return Math.max(
        script === 'ideograph' || script === 'surrogate' ? 0 : 1,
        length / (CHARACTERS_PER_TOKEN[script] ?? 1),
      );
  }
}

function expectedOfParts(parts: readonly ContentPart[]): number {
  return parts.reduce((sum, part) => sum + expectedOfPart(part), 0);
}

function expectedOfPart(part: ContentPart): number {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return expectedTokensOfText(part.text);
    case 'image':
      return TOKENS_PER_IMAGE;
    case 'audio':
    case 'file':
      return expectedOfMedia(part.source);
    case 'reasoning':
      return expectedTokensOfText(part.text ?? '');
    case 'tool-call':
      return TOKENS_PER_MESSAGE + expectedTokensOfText(part.name) + expectedTokensOfText(part.arguments);
    case 'tool-result':
      return TOKENS_PER_MESSAGE + expectedOfParts(part.content);
    case 'native':
      return expectedTokensOfText(JSON.stringify(part.value));
  }
}

function expectedOfMedia(source: FilePart['source'] | AudioPart['source']): number {
  if (source.kind === 'text') return expectedTokensOfText(source.text);
  return source.kind === 'base64'
    ? Math.ceil(source.data.length / BYTES_PER_BINARY_TOKEN)
    : TOKENS_PER_UNKNOWN_FILE;
}
