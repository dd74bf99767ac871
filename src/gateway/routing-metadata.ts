import type { JsonObject } from '../common/json';
import { toUsdNumber, type NanoUsd } from '../common/money';
import type { ChatPlan } from './chat-planner';
import type { AttemptReceipt } from './execution/attempt-ledger';
import type { CascadeReport, CascadeStepReport } from './execution/cascade-report';

/** What `routing_metadata` is made from. */
export interface RoutingParts {
  readonly plan: ChatPlan;
  readonly receipt: AttemptReceipt;
  /** Undefined when one model was asked. */
  readonly cascade: CascadeReport | undefined;
  /** Everything the request cost. */
  readonly costNanoUsd: NanoUsd;
  /** The part of it that went into the decision. */
  readonly auxiliaryNanoUsd: NanoUsd;
  readonly responseTimeMs: number;
}

/** Confidence in an answer that nobody checked: only the prediction speaks for it. */
const UNCHECKED = 0.5;

/** `routing_metadata` of the enhanced route (contract §2): which models were asked, why it went on, how good the answer probably is. */
export function toRoutingMetadata(parts: RoutingParts): JsonObject {
  const { plan, receipt, cascade, costNanoUsd } = parts;
  const { target } = receipt.attempt;
  const answered = cascade?.steps[cascade.answeredStep];
  const predicted = plan.plan.steps.find(({ card }) => card === target.card)?.quality;
  return {
    strategy_used: plan.plan.strategy,
    objective: plan.plan.objective,
    total_cost: toUsdNumber(costNanoUsd),
    total_cost_nano_usd: costNanoUsd.toString(),
    cascade_type: plan.plan.cascade?.type ?? null,
    cascade_steps: (cascade?.steps ?? []).map((step, i) => stepView(step, i, parts)),
    quality_score: answered?.score ?? predicted ?? null,
    confidence_score: answered?.confidence ?? UNCHECKED,
    provider_chain: cascade
      ? cascade.steps.map(({ provider, model }) => `${provider}/${model}`)
      : [`${target.card.provider}/${target.card.model}`],
    escalation_reasons: cascade ? escalationsOf(cascade) : [],
    response_time_ms: Math.round(parts.responseTimeMs * 100) / 100,
  };
}

function stepView(
  step: CascadeStepReport,
  index: number,
  { cascade, costNanoUsd, auxiliaryNanoUsd }: RoutingParts,
): JsonObject {
  const others = (cascade?.steps ?? []).reduce(
    (sum, other) => sum + (other.costNanoUsd ?? 0n),
    auxiliaryNanoUsd,
  );
  return {
    step: index + 1,
    provider: step.provider,
    model: step.model,
    cost: toUsdNumber(step.costNanoUsd ?? costNanoUsd - others),
    accepted: step.accepted,
    score: step.score ?? null,
    reason: step.reason,
  };
}

/** Why a step was not the end. */
function escalationsOf({ steps }: CascadeReport): string[] {
  return steps
    .slice(0, -1)
    .map(({ provider, model, reason, score }) =>
      score === undefined
        ? `${provider}/${model}: ${reason}`
        : `${provider}/${model}: score ${score} (${reason})`,
    );
}
