import type { JsonObject } from '../common/json';
import type { NanoUsd } from '../common/money';
import type { ContentPart } from './content-part';
import type { TokenUsage } from './token-usage';

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

/** A request field that did not reach the vendor as the client wrote it. */
export interface DroppedParameter {
  /** The client's name of the field, such as `logit_bias`. */
  readonly name: string;
  readonly action: 'dropped' | 'clamped' | 'rewritten' | 'defaulted';
  readonly detail?: string;
}

export interface ChatChoice {
  readonly index: number;
  readonly content: readonly ContentPart[];
  readonly finishReason: FinishReason;
  /** The vendor's own word for it. */
  readonly nativeFinishReason?: string;
  /** OpenAI's logprobs object, passed through. */
  readonly logprobs?: JsonObject;
  /** Members of the vendor's choice message without a field here, by wire name. */
  readonly extensions?: JsonObject;
}

/** A whole answer of a vendor. */
export interface ChatResult {
  /** The vendor's id of the answer. */
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  /** The model that the vendor says answered; this one is priced. */
  readonly model: string;
  readonly choices: readonly ChatChoice[];
  /** Undefined when the vendor gave none (or nonsense): the cost is then estimated and marked so. */
  readonly usage: TokenUsage | undefined;
  readonly serviceTier?: string;
  readonly systemFingerprint?: string;
  readonly vendorRequestId?: string;
  /** The vendor's own idea of the cost: a second opinion, never booked. Undefined when it has none. */
  readonly vendorCostNanoUsd?: NanoUsd;
  readonly droppedParameters: readonly DroppedParameter[];
  readonly extensions?: JsonObject;
}
