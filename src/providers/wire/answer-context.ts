import type { NanoUsd } from '../../common/money';
import type { DroppedParameter } from '../../llm/chat-result';

/** What the reader of an answer must know and the answer itself does not say. */
export interface AnswerContext {
  readonly provider: string;
  /** Stands in where the answer has no id of its own. */
  readonly attemptId: string;
  readonly requestedModel: string;
  readonly vendorRequestId: string | undefined;
  /** What the answer's headers say the call cost. */
  readonly vendorCostNanoUsd?: NanoUsd;
  readonly droppedParameters: readonly DroppedParameter[];
  readonly nowMs: number;
}

/** A vendor's refusal as it came over the wire. */
export interface VendorFailure {
  readonly provider: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  readonly nowMs: number;
}
