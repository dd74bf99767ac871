import { costOfTokens, type NanoUsd, type PricedTokens } from '../common/money';
import { inputTokensOf, USAGE_BUCKETS, type TokenUsage, type UsageBucket } from '../llm/token-usage';
import type { ModelCard, PriceRow, PriceSchedule } from './model-card';
import { SERVICE_TIERS, toServiceTier, type ServiceTier } from './service-tier';

type Prices = PriceSchedule['perMillion'];

const INPUT_BUCKETS = [
  'inputUncached',
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
  'audioInput',
  'imageInput',
] as const satisfies readonly UsageBucket[];
const OUTPUT_BUCKETS = [
  'outputText',
  'reasoning',
  'audioOutput',
  'imageOutput',
] as const satisfies readonly UsageBucket[];
const OUTPUT_BUCKET_NAMES: ReadonlySet<UsageBucket> = new Set(OUTPUT_BUCKETS);

/**
 * The price row of a day. The first row also covers the days before it: a list begins when somebody
 * first read the price, not when the vendor began to charge. Undefined for an unpriced model.
 */
export function priceRowAt(card: ModelCard, atMs: number): PriceRow | undefined {
  const [first] = card.prices;
  if (card.prices.length <= 1) return first;
  const day = dayOf(atMs);
  return card.prices.findLast((row) => row.validFrom <= day) ?? first;
}

const DAY_MS = 86_400_000;
let knownDay = { number: Number.NaN, text: '' };

/** Every price of every request asks for the day, and it seldom changes. */
function dayOf(atMs: number): string {
  const number = Math.floor(atMs / DAY_MS);
  if (number !== knownDay.number) knownDay = { number, text: new Date(atMs).toISOString().slice(0, 10) };
  return knownDay.text;
}

/** True when calls to the model can be priced; only then may it be called. */
export function isPriced(card: ModelCard): boolean {
  return card.prices.length > 0;
}

/**
 * What the usage costs at that moment. The tier follows from the whole input, the cached part included. `serviceTier` is
 * the vendor's word for how it served; one without a price here costs what the list says (see `hasPriceOf`).
 */
export function costOfUsage(card: ModelCard, usage: TokenUsage, atMs: number, serviceTier?: string): NanoUsd {
  const prices = pricesFor(requireRow(card, atMs), inputTokensOf(usage), serviceTier).prices;
  const items: PricedTokens[] = [];
  for (const bucket of USAGE_BUCKETS) {
    const tokens = usage[bucket];
    if (tokens > 0) items.push({ tokens, nanoUsdPerMillion: priceOfBucket(prices, bucket) });
  }
  return costOfTokens(items);
}

/** Whether the price of a call so served is known; else its cost is our estimate. */
export function hasPriceOf(card: ModelCard, usage: TokenUsage, atMs: number, serviceTier?: string): boolean {
  return pricesFor(requireRow(card, atMs), inputTokensOf(usage), serviceTier).isKnown;
}

/** The service tiers that a call of this size to the model has a price in. */
export function pricedServiceTiers(
  card: ModelCard,
  inputTokens: number,
  atMs: number,
): readonly ServiceTier[] {
  const row = priceRowAt(card, atMs);
  if (!row?.serviceTiers) return [];
  return SERVICE_TIERS.filter((tier) => pricesFor(row, inputTokens, tier).isKnown);
}

/** The sizes of a call that is still to be made. */
export interface PlannedTokens {
  /** Upper bound. */
  readonly inputTokens: number;
  /** The limit that is sent to the vendor, per choice. */
  readonly outputTokens: number;
  readonly choices: number;
  /** What the client asked for. A vendor may serve it as listed all the same. */
  readonly serviceTier?: string;
}

/**
 * An amount the call cannot exceed: every input token at the dearest input price (a cache write may
 * cost more than plain input), every output token at the dearest output price, in the tier the upper bound falls into,
 * as listed or in the service tier asked for, whichever is dearer.
 */
export function worstCaseCost(card: ModelCard, planned: PlannedTokens, atMs: number): NanoUsd {
  const row = requireRow(card, atMs);
  const listed = worstCaseIn(row, planned);
  const tier = toServiceTier(planned.serviceTier);
  const asked = tier === 'listed' || tier === 'unknown' ? undefined : row.serviceTiers?.[tier];
  return asked ? larger(listed, worstCaseIn(asked, planned)) : listed;
}

function worstCaseIn({ perMillion, tier }: PriceSchedule, planned: PlannedTokens): NanoUsd {
  const base = worstCaseAt(perMillion, planned);
  if (!tier || planned.inputTokens <= tier.inputTokensAbove) return base;
  return larger(base, worstCaseAt(tier.perMillion, planned));
}

function larger(a: NanoUsd, b: NanoUsd): NanoUsd {
  return a > b ? a : b;
}

function worstCaseAt(prices: Prices, planned: PlannedTokens): NanoUsd {
  const { input, output } = dearestOf(prices);
  return costOfTokens([
    { tokens: planned.inputTokens, nanoUsdPerMillion: input },
    { tokens: planned.outputTokens * planned.choices, nanoUsdPerMillion: output },
  ]);
}

/** What a prompt and an answer of plain text cost; for comparing models before a call. */
export function plainTextCost(card: ModelCard, planned: PlannedTokens, atMs: number): NanoUsd {
  const { prices } = pricesFor(requireRow(card, atMs), planned.inputTokens, planned.serviceTier);
  return costOfTokens([
    { tokens: planned.inputTokens, nanoUsdPerMillion: prices.inputUncached },
    { tokens: planned.outputTokens * planned.choices, nanoUsdPerMillion: prices.outputText },
  ]);
}

/** Vendors do not cache shorter prompts. */
const SHORTEST_CACHED_TOKENS = 1_024;

/** What it saves when the vendor has so many tokens of the prompt in its cache; 0 for a model without a price for that. */
export function cacheSaving(card: ModelCard, tokens: number, atMs: number): NanoUsd {
  const prices = bySize(requireRow(card, atMs), tokens);
  if (tokens < SHORTEST_CACHED_TOKENS || prices.cacheRead === undefined) return 0n;
  const difference = prices.inputUncached - prices.cacheRead;
  return difference > 0n ? costOfTokens([{ tokens, nanoUsdPerMillion: difference }]) : 0n;
}

interface DearestPrices {
  readonly input: NanoUsd;
  readonly output: NanoUsd;
}

const dearestByPrices = new WeakMap<Prices, DearestPrices>();

function dearestOf(prices: Prices): DearestPrices {
  let found = dearestByPrices.get(prices);
  if (!found) {
    found = { input: dearest(prices, INPUT_BUCKETS), output: dearest(prices, OUTPUT_BUCKETS) };
    dearestByPrices.set(prices, found);
  }
  return found;
}

function dearest(prices: Prices, buckets: readonly UsageBucket[]): NanoUsd {
  let highest = 0n;
  for (const bucket of buckets) {
    const price = priceOfBucket(prices, bucket);
    if (price > highest) highest = price;
  }
  return highest;
}

/** A bucket without a price of its own costs as much as plain input or output: never less than the vendor asks. */
export function priceOfBucket(prices: Prices, bucket: UsageBucket): NanoUsd {
  const listed = prices[bucket];
  if (listed !== undefined) return listed;
  if (bucket === 'cacheWrite1h' && prices.cacheWrite5m !== undefined) return prices.cacheWrite5m;
  return OUTPUT_BUCKET_NAMES.has(bucket) ? prices.outputText : prices.inputUncached;
}

function pricesFor(
  row: PriceRow,
  inputTokens: number,
  serviceTier: string | undefined,
): { readonly prices: Prices; readonly isKnown: boolean } {
  const tier = toServiceTier(serviceTier);
  if (tier === 'listed') return { prices: bySize(row, inputTokens), isKnown: true };
  const schedule = tier === 'unknown' ? undefined : row.serviceTiers?.[tier];
  // Some tiers are not sold for long inputs: their short price says nothing about those.
  if (!schedule || (isLong(row, inputTokens) && !schedule.tier))
    return { prices: bySize(row, inputTokens), isKnown: false };
  return { prices: bySize(schedule, inputTokens), isKnown: true };
}

function bySize(schedule: PriceSchedule, inputTokens: number): Prices {
  return schedule.tier && isLong(schedule, inputTokens) ? schedule.tier.perMillion : schedule.perMillion;
}

function isLong({ tier }: PriceSchedule, inputTokens: number): boolean {
  return tier !== undefined && inputTokens > tier.inputTokensAbove;
}

function requireRow(card: ModelCard, atMs: number): PriceRow {
  const row = priceRowAt(card, atMs);
  if (!row) throw new Error(`${card.provider}/${card.model} has no price`);
  return row;
}
