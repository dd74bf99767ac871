import type { ModelCard } from '../../catalog/model-card';
import { costOfUsage } from '../../catalog/price-book';
import type { NanoUsd } from '../../common/money';
import type { RequestBaselines } from '../../cost/ledger/request-row';
import { inputTokensOf, outputTokensOf, type TokenUsage } from '../../llm/token-usage';

/** What a request is compared with. */
export interface BaselineInput {
  /** Tokens of the answer. */
  readonly usage: TokenUsage | undefined;
  /** How it was served: the others are priced likewise where that is known. */
  readonly serviceTier?: string;
  /** Every model that could have answered. */
  readonly candidates: readonly ModelCard[];
  /** The model the client named, when it named one. */
  readonly requested: ModelCard | undefined;
  readonly priceVersion: string;
  readonly atMs: number;
}

const NO_BASELINES: RequestBaselines = {
  requested_nano_usd: null,
  strongest_nano_usd: null,
  strongest_model: null,
  cheapest_nano_usd: null,
  cheapest_model: null,
  baseline_price_version: null,
};

/**
 * What the tokens of an answer would have cost under the model the client named, the strongest candidate and the
 * cheapest one. Another model would have used other tokens; that nobody can know. Nothing without an answer.
 */
export function baselinesOf(input: BaselineInput): RequestBaselines {
  const { usage, serviceTier, candidates, requested, priceVersion, atMs } = input;
  if (usage === undefined || inputTokensOf(usage) + outputTokensOf(usage) === 0) return NO_BASELINES;
  const priced = candidates.map((card) => ({ card, cost: costOfUsage(card, usage, atMs, serviceTier) }));
  const [first, ...others] = priced;
  if (!first) return NO_BASELINES;
  const strongest = others.reduce((a, b) => (isStronger(b.card, a.card) ? b : a), first);
  const cheapest = others.reduce((a, b) => (b.cost < a.cost ? b : a), first);
  return {
    requested_nano_usd: requested ? text(costOfUsage(requested, usage, atMs, serviceTier)) : null,
    strongest_nano_usd: text(strongest.cost),
    strongest_model: nameOf(strongest.card),
    cheapest_nano_usd: text(cheapest.cost),
    cheapest_model: nameOf(cheapest.card),
    baseline_price_version: priceVersion,
  };
}

function isStronger(a: ModelCard, b: ModelCard): boolean {
  return strengthOf(a) > strengthOf(b);
}

function strengthOf({ quality }: ModelCard): number {
  return quality.general + quality.code + quality.reasoning;
}

function nameOf({ provider, model }: ModelCard): string {
  return `${provider}/${model}`;
}

function text(amount: NanoUsd): string {
  return amount.toString();
}
