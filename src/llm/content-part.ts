import type { JsonObject } from '../common/json';

/**
 * The pieces messages are made of. The union is wide enough that OpenAI chat, Anthropic messages and
 * OpenAI responses map onto it without loss; what no part can express travels as {@link NativePart}.
 */
export type ContentPart =
  | TextPart
  | RefusalPart
  | ImagePart
  | AudioPart
  | FilePart
  | ReasoningPart
  | ToolCallPart
  | ToolResultPart
  | NativePart;

/** The wire dialects we speak towards clients and vendors. */
export type Dialect = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini' | 'cohere';

interface PartBase {
  /** The client asks the vendor to keep the prompt up to and including this part in its cache. */
  readonly cacheMark?: CacheMark;
  /**
   * Vendor data that must come back unchanged in a later turn, by vendor name, such as a Gemini
   * thought signature on a tool call. Adapters send only their own vendor's entry.
   */
  readonly vendorData?: Readonly<Record<string, JsonObject>>;
}

export interface CacheMark {
  readonly ttl: '5m' | '1h';
}

export interface TextPart extends PartBase {
  readonly type: 'text';
  readonly text: string;
  readonly citations?: readonly Citation[];
}

/** The model declined; text is its explanation. */
export interface RefusalPart extends PartBase {
  readonly type: 'refusal';
  readonly text: string;
}

/** Bytes inside the request itself. */
export interface Base64Source {
  readonly kind: 'base64';
  readonly mediaType: string;
  readonly data: string;
  /** The data URL of which `data` is the end, when the client wrote one: putting it together again would copy it. */
  readonly dataUrl?: string;
}

/** Where bytes come from: a link, inline base64, or a file id the vendor knows. */
export type MediaSource =
  | { readonly kind: 'url'; readonly url: string }
  | Base64Source
  | { readonly kind: 'file-id'; readonly fileId: string };

export interface ImagePart extends PartBase {
  readonly type: 'image';
  readonly source: MediaSource;
  /** OpenAI's resolution hint (`auto`, `low`, `high`, `original`), passed on as given. */
  readonly detail?: string;
}

export interface AudioPart extends PartBase {
  readonly type: 'audio';
  readonly source: MediaSource | { readonly kind: 'response-id'; readonly id: string };
  /** `wav`, `mp3` … */
  readonly format?: string;
  readonly transcript?: string;
}

/** A document such as a PDF or a text file. */
export interface FilePart extends PartBase {
  readonly type: 'file';
  readonly source: MediaSource | { readonly kind: 'text'; readonly text: string };
  readonly filename?: string;
  readonly title?: string;
  readonly context?: string;
  readonly citationsEnabled?: boolean;
}

/** Thinking of a model. `signature` and `encrypted` are opaque and must round-trip byte for byte. */
export interface ReasoningPart extends PartBase {
  readonly type: 'reasoning';
  readonly text?: string;
  readonly summary?: readonly string[];
  readonly signature?: string;
  /** Anthropic `redacted_thinking.data`, OpenAI `encrypted_content`. */
  readonly encrypted?: string;
  readonly id?: string;
}

export interface ToolCallPart extends PartBase {
  readonly type: 'tool-call';
  readonly id: string;
  readonly name: string;
  /** `function`: arguments are JSON text. `custom`: free text. `server`: run by the vendor itself. */
  readonly kind: 'function' | 'custom' | 'server';
  /** Exactly the text the model wrote; `{}` for a call without arguments. */
  readonly arguments: string;
}

export interface ToolResultPart extends PartBase {
  readonly type: 'tool-result';
  readonly toolCallId: string;
  readonly name?: string;
  readonly content: readonly ContentPart[];
  readonly isError?: boolean;
}

/** A block of one dialect with no equal elsewhere; sent back verbatim to that dialect, reported as dropped to others. */
export interface NativePart extends PartBase {
  readonly type: 'native';
  readonly dialect: Dialect;
  readonly value: JsonObject;
}

export interface Citation {
  readonly citedText?: string;
  readonly title?: string;
  readonly url?: string;
  readonly start?: number;
  readonly end?: number;
  /** The vendor's own form, kept whole for the way back. */
  readonly native?: JsonObject;
}
