import type { JsonObject } from '../common/json';
import type { DroppedParameter, FinishReason } from './chat-result';
import type { Citation } from './content-part';
import type { TokenUsage } from './token-usage';

/**
 * What a streamed answer consists of, in order: one `start`, content events, one `finish` per
 * choice, at most one `usage` (later ones replace earlier ones). A failure is thrown as ProviderError.
 */
export type ChatStreamEvent =
  | StreamStart
  | TextDelta
  | RefusalDelta
  | ReasoningDelta
  | ToolCallStart
  | ToolCallDelta
  | CitationDelta
  | NativeDelta
  | ChoiceFinish
  | StreamUsage;

export interface StreamStart {
  readonly type: 'start';
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly systemFingerprint?: string;
  readonly serviceTier?: string;
  readonly vendorRequestId?: string;
  readonly droppedParameters: readonly DroppedParameter[];
}

export interface TextDelta {
  readonly type: 'text';
  readonly choice: number;
  readonly text: string;
  readonly logprobs?: JsonObject;
}

export interface RefusalDelta {
  readonly type: 'refusal';
  readonly choice: number;
  readonly text: string;
}

/** A piece of thinking; a signature or encrypted form comes whole, in an event of its own. */
export interface ReasoningDelta {
  readonly type: 'reasoning';
  readonly choice: number;
  readonly text?: string;
  readonly signature?: string;
  readonly encrypted?: string;
}

export interface ToolCallStart {
  readonly type: 'tool-call-start';
  readonly choice: number;
  /** Running number of the call within its choice, from 0, stable over the stream. */
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly kind: 'function' | 'custom';
  readonly vendorData?: Readonly<Record<string, JsonObject>>;
}

export interface ToolCallDelta {
  readonly type: 'tool-call-delta';
  readonly choice: number;
  readonly index: number;
  readonly arguments: string;
}

export interface CitationDelta {
  readonly type: 'citation';
  readonly choice: number;
  readonly citation: Citation;
}

/** Members of a vendor's delta without an event here, by wire name; passed to clients of the same dialect. */
export interface NativeDelta {
  readonly type: 'native';
  readonly choice: number;
  readonly value: JsonObject;
}

export interface ChoiceFinish {
  readonly type: 'finish';
  readonly choice: number;
  readonly reason: FinishReason;
  readonly nativeReason?: string;
}

export interface StreamUsage {
  readonly type: 'usage';
  readonly usage: TokenUsage;
  readonly serviceTier?: string;
}

/** True for events that show the client something of the answer: from then on there is no failover. */
export function isContentEvent(event: ChatStreamEvent): boolean {
  return event.type !== 'start' && event.type !== 'usage';
}
