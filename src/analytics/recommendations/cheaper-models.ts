import type { ModelCard, PriceRow } from '../../catalog/model-card';
import { priceRowAt } from '../../catalog/price-book';
import { costOfTokens, displayUsd, toUsdNumber, type NanoUsd } from '../../common/money';
import type { RollupGroup } from '../rollup.query';
import type { RecommendationDto } from './recommendation.dto';

const TASKS = ['general', 'code', 'reasoning'] as const;

export interface CheaperModelInput {
  /** Keys: provider and model. */
  readonly groups: readonly RollupGroup[];
  readonly cards: readonly ModelCard[];
  readonly atMs: number;
}

/**
 * Models whose work another one of a provider in use would have done for less: at least as good by every prior of the
 * catalogue, with all capabilities and no smaller context. Tiers of long prompts are left out, so savings are rather understated.
 */
export function cheaperModels({ groups, cards, atMs }: CheaperModelInput): readonly RecommendationDto[] {
  const providers = new Set(groups.map(({ keys }) => keys[0]));
  const usable = cards.filter(
    (card) => card.kind === 'chat' && providers.has(card.provider) && !isRetired(card, atMs),
  );
  return groups.flatMap((group) => {
    const used = cards.find((card) => card.provider === group.keys[0] && card.model === group.keys[1]);
    if (used?.kind !== 'chat') return [];
    const current = costAt(used, group, atMs);
    const others = usable
      .filter((card) => canReplace(card, used))
      .map((card) => ({ card, cost: costAt(card, group, atMs) }))
      .filter(({ cost }) => cost < current)
      .sort((a, b) => (a.cost < b.cost ? -1 : 1));
    const [best] = others;
    return best ? [toRecommendation({ group, used, current, ...best })] : [];
  });
}

function canReplace(card: ModelCard, used: ModelCard): boolean {
  if (card.provider === used.provider && card.model === used.model) return false;
  const isAsGood = TASKS.every((task) => card.quality[task] >= used.quality[task]);
  const canAsMuch = Object.entries(used.capabilities).every(
    ([name, has]) => !has || Reflect.get(card.capabilities, name) === true,
  );
  return (
    isAsGood &&
    canAsMuch &&
    card.contextTokens >= used.contextTokens &&
    card.maxOutputTokens >= used.maxOutputTokens
  );
}

function isRetired({ retiresOn }: ModelCard, atMs: number): boolean {
  return retiresOn !== undefined && Date.parse(retiresOn) < atMs;
}

function costAt(card: ModelCard, group: RollupGroup, atMs: number): NanoUsd {
  const prices: PriceRow['perMillion'] | undefined = priceRowAt(card, atMs)?.perMillion;
  if (!prices) return 0n;
  return costOfTokens([
    { tokens: Math.max(0, group.inputTokens - group.cachedTokens), nanoUsdPerMillion: prices.inputUncached },
    { tokens: Math.max(0, group.cachedTokens), nanoUsdPerMillion: prices.cacheRead ?? prices.inputUncached },
    { tokens: Math.max(0, group.outputTokens), nanoUsdPerMillion: prices.outputText },
  ]);
}

interface Choice {
  readonly group: RollupGroup;
  readonly used: ModelCard;
  readonly current: NanoUsd;
  readonly card: ModelCard;
  readonly cost: NanoUsd;
}

function toRecommendation({ group, used, current, card, cost }: Choice): RecommendationDto {
  const saves = current - cost;
  const [from, to] = [used, card].map(({ provider, model }) => `${provider}/${model}`);
  return {
    kind: 'cheaper_model',
    title: `Use ${to} in place of ${from}`,
    saves: toUsdNumber(saves),
    saves_nano_usd: saves.toString(),
    basis: `The ${group.inputTokens} input and ${group.outputTokens} output tokens of the period at today's list prices: $${displayUsd(current)} against $${displayUsd(cost)}. Quality by the priors of the catalogue; try it before you trust it.`,
    facts: {
      from,
      to,
      calls: group.calls,
      input_tokens: group.inputTokens,
      output_tokens: group.outputTokens,
      quality_from: used.quality,
      quality_to: card.quality,
    },
  };
}
