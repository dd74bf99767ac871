import { toUsdNumber, type NanoUsd } from '../common/money';
import type { JsonObject } from '../common/json';
import type { DroppedParameter } from '../llm/chat-result';
import type { ChatPlan } from './chat-planner';
import type { AttemptReceipt } from './execution/attempt-ledger';
import type { RunDecision } from './execution/chat-run';

/** What the metadata of every answer is made from, whatever was asked. */
export interface CallParts {
  readonly receipt: AttemptReceipt;
  readonly decision: Pick<RunDecision, 'strategy' | 'objective' | 'decisionId'>;
  readonly routingReason: string;
  /** What the call was expected to cost before it was made. */
  readonly estimatedNanoUsd: NanoUsd;
  /** Everything the request cost, failed attempts included. */
  readonly costNanoUsd: NanoUsd;
  readonly attempts: number;
  readonly remainingNanoUsd: NanoUsd | undefined;
  readonly droppedParameters: readonly DroppedParameter[];
  readonly responseTimeMs: number;
}

export interface MetadataParts extends Omit<CallParts, 'decision' | 'routingReason' | 'estimatedNanoUsd'> {
  readonly plan: ChatPlan;
  /** The client gave no output limit; this one was sent. */
  readonly defaultedOutputLimit: number | undefined;
}

/** `router_metadata` of a routed answer (contract §2): who answered, why, and what it cost. */
export function toRouterMetadata(parts: MetadataParts): JsonObject {
  const { plan, receipt } = parts;
  const { features, intent } = plan.analysis;
  const { reason, strategy, objective } = plan.plan;
  return {
    ...toCallMetadata({
      ...parts,
      decision: { strategy, objective, decisionId: plan.decisionId },
      routingReason: reason,
      estimatedNanoUsd: expectedCostOf(plan, receipt),
      droppedParameters: droppedOf(parts),
    }),
    intent_label: intent.label,
    intent_confidence: intent.confidence,
    intent_method: intent.method,
    intent_signals: {
      token_length_est: features.tokenLengthEstimate,
      has_code_fence: features.hasCodeFence,
      has_programming_keywords: features.signals.code > 0 || features.hasCodeSyntax,
      signals: {
        code: features.hasCodeFence || features.signals.code > 0,
        translation: features.signals.translation > 0,
        vision: features.hasImage || features.signals.vision > 0,
        safety: features.signals.safety + features.signals.safetyStrong > 0,
        json: features.wantsJson || features.signals.json + features.signals.jsonStrong > 0,
      },
    },
  };
}

/** `router_metadata` of an answer to anything but a chat: everything but the intent. */
export function toCallMetadata(parts: CallParts): JsonObject {
  const { receipt, decision } = parts;
  return {
    selected_provider: receipt.card.provider,
    selected_model: receipt.card.model,
    routing_reason: parts.routingReason,
    strategy: decision.strategy,
    objective: decision.objective,
    estimated_cost: toUsdNumber(parts.estimatedNanoUsd),
    actual_cost: toUsdNumber(parts.costNanoUsd),
    actual_cost_nano_usd: parts.costNanoUsd.toString(),
    cost_source: receipt.costSource,
    ...(parts.remainingNanoUsd !== undefined && { budget_remaining: toUsdNumber(parts.remainingNanoUsd) }),
    response_time_ms: Math.round(parts.responseTimeMs * 100) / 100,
    attempts: parts.attempts,
    cache: 'bypass',
    dropped_parameters: parts.droppedParameters,
    decision_id: decision.decisionId,
    ...(receipt.card.demo && { demo: true }),
  };
}

/** What routing expected of the model that answered, before it was called. */
function expectedCostOf(plan: ChatPlan, receipt: AttemptReceipt): NanoUsd {
  const { target } = receipt.attempt;
  return plan.plan.steps.find((step) => step.card === target.card)?.expectedCost ?? target.worstCaseNanoUsd;
}

function droppedOf({ droppedParameters, defaultedOutputLimit }: MetadataParts): readonly DroppedParameter[] {
  if (defaultedOutputLimit === undefined) return droppedParameters;
  const limit: DroppedParameter = {
    name: 'max_tokens',
    action: 'defaulted',
    detail: String(defaultedOutputLimit),
  };
  return [...droppedParameters, limit];
}
