import { PhraseSet } from '../common/phrase-set';
import type { ChatRequest } from '../llm/chat-request';
import { hasImage, lastUserText, textOfMessage } from '../llm/message-text';
import { SIGNAL_GROUPS, SIGNAL_PHRASES } from './signal-lexicon';
import { NO_SIGNALS, type Signal, type SignalCounts } from './signals';
import { windowOf } from './text-window';

/** One signal counts at most this often: ten keywords say no more than five about what a prompt is. */
const MAX_COUNT = 15;
const BACKTICK = 96;

/** What routing knows of a prompt: numbers and flags only, never its text. */
export interface PromptFeatures {
  /** Characters of the newest user message. */
  readonly characters: number;
  /** Words inside the window that was looked at. */
  readonly words: number;
  /** Rough tokens of the whole conversation, four characters each. */
  readonly tokenLengthEstimate: number;
  readonly messages: number;
  readonly hasCodeFence: boolean;
  readonly hasInlineCode: boolean;
  /** Brackets, semicolons and operators in the density of source text. */
  readonly hasCodeSyntax: boolean;
  readonly hasImage: boolean;
  readonly hasTools: boolean;
  readonly wantsJson: boolean;
  readonly endsWithQuestionMark: boolean;
  /** Permille of letters outside the Latin alphabet. */
  readonly foreignPermille: number;
  /** Permille of digits and arithmetic signs. */
  readonly digitPermille: number;
  readonly signals: SignalCounts;
}

const phrases = new PhraseSet<Signal>(SIGNAL_PHRASES, SIGNAL_GROUPS);

/** Reads the features of a request; linear in a bounded window, without regular expressions. */
export function extractFeatures(request: ChatRequest): PromptFeatures {
  const text = lastUserText(request);
  const window = windowOf(text);
  const shape = shapeOf(window);
  const { signals, words } = countSignals(window);
  return {
    characters: text.length,
    words,
    tokenLengthEstimate: Math.ceil(charactersOf(request, text.length) / 4),
    messages: request.messages.length,
    ...shape,
    hasImage: hasImage(request),
    hasTools: (request.tools?.length ?? 0) > 0,
    wantsJson: request.responseFormat !== undefined && request.responseFormat.type !== 'text',
    signals,
  };
}

function charactersOf(request: ChatRequest, lastUserCharacters: number): number {
  if (request.messages.length === 1) return lastUserCharacters;
  let characters = 0;
  for (const message of request.messages) characters += textOfMessage(message).length;
  return characters;
}

function countSignals(text: string): { signals: SignalCounts; words: number } {
  const signals = { ...NO_SIGNALS };
  const words = phrases.scan(text, (signal) => {
    if (signals[signal] < MAX_COUNT) signals[signal]++;
  });
  return { signals, words };
}

type Shape = Pick<
  PromptFeatures,
  | 'hasCodeFence'
  | 'hasInlineCode'
  | 'hasCodeSyntax'
  | 'endsWithQuestionMark'
  | 'foreignPermille'
  | 'digitPermille'
>;

function shapeOf(text: string): Shape {
  let backticks = 0;
  let syntax = 0;
  let foreign = 0;
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKTICK) backticks++;
    if (code > 0x24f && code !== 0x2019 && (code < 0x2000 || code > 0x2bff)) foreign++;
    else if (code >= 48 && code <= 57) digits++;
    else if (code === 123 || code === 125 || code === 59 || code === 61 || code === 91 || code === 93)
      syntax++;
  }
  const length = Math.max(text.length, 1);
  const hasCodeFence = text.includes('```');
  return {
    hasCodeFence,
    hasInlineCode: !hasCodeFence && backticks >= 2,
    hasCodeSyntax: syntax >= 6 && syntax * 40 >= length,
    endsWithQuestionMark: text.trimEnd().endsWith('?'),
    foreignPermille: Math.round((foreign * 1000) / length),
    digitPermille: Math.round((digits * 1000) / length),
  };
}
