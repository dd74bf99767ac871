import { isJsonObject, type JsonObject } from '../../../common/json';
import type { AnswerContext } from '../../wire/answer-context';

/** What an answer says about itself, whole or streamed. */
export interface AnswerHead {
  readonly id: string;
  /** Seconds since the epoch: Gemini says no time. */
  readonly created: number;
  readonly model: string;
  readonly serviceTier: string | undefined;
  readonly vendorRequestId: string | undefined;
}

export function headOf(answer: JsonObject, context: AnswerContext): AnswerHead {
  const responseId = textOf(answer['responseId']);
  return {
    id: responseId ?? context.attemptId,
    created: Math.floor(context.nowMs / 1_000),
    model: textOf(answer['modelVersion'])?.replace(/^models\//, '') ?? context.requestedModel,
    serviceTier: serviceTierOf(answer['usageMetadata']),
    vendorRequestId: context.vendorRequestId ?? responseId,
  };
}

/** The tier that was really used, in OpenAI's words. */
export function serviceTierOf(usage: unknown): string | undefined {
  const tier = isJsonObject(usage) ? textOf(usage['serviceTier'])?.toLowerCase() : undefined;
  return tier === 'standard' ? 'default' : tier;
}

/** Why the prompt was not answered at all; undefined when it was. */
export function blockOf(
  answer: JsonObject,
): { readonly reason: string; readonly explanation: string | undefined } | undefined {
  const feedback = answer['promptFeedback'];
  const reason = isJsonObject(feedback) ? textOf(feedback['blockReason']) : undefined;
  if (!isJsonObject(feedback) || reason === undefined) return undefined;
  return { reason, explanation: textOf(feedback['blockReasonMessage']) };
}

/** A member that is a text with something in it. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
