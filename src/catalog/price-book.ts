import { costOfTokens, type NanoUsd, type PricedTokens } from '../common/money';
import { inputTokensOf, USAGE_BUCKETS, type TokenUsage, type UsageBucket } from '../llm/token-usage';
import type { ModelCard, PriceRow } from './model-card';

type Prices = PriceRow['perMillion'];

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

/** What the usage costs at that moment. The tier follows from the whole input, the cached part included. */
export function costOfUsage(card: ModelCard, usage: TokenUsage, atMs: number): NanoUsd {
  const prices = tierFor(requireRow(card, atMs), inputTokensOf(usage));
  const items: PricedTokens[] = [];
  for (const bucket of USAGE_BUCKETS) {
    const tokens = usage[bucket];
    if (tokens > 0) items.push({ tokens, nanoUsdPerMillion: priceOfBucket(prices, bucket) });
  }
  return costOfTokens(items);
}

/** The sizes of a call that is still to be made. */
export interface PlannedTokens {
  /** Upper bound. */
  readonly inputTokens: number;
  /** The limit that is sent to the vendor, per choice. */
  readonly outputTokens: number;
  readonly choices: number;
}

/**
 * An amount the call cannot exceed: every input token at the dearest input price (a cache write may
 * cost more than plain input), every output token at the dearest output price, in the tier the upper bound falls into.
 */
export function worstCaseCost(card: ModelCard, planned: PlannedTokens, atMs: number): NanoUsd {
  const row = requireRow(card, atMs);
  const base = worstCaseAt(row.perMillion, planned);
  if (!row.tier || planned.inputTokens <= row.tier.inputTokensAbove) return base;
  const tier = worstCaseAt(row.tier.perMillion, planned);
  return tier > base ? tier : base;
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
  const prices = tierFor(requireRow(card, atMs), planned.inputTokens);
  return costOfTokens([
    { tokens: planned.inputTokens, nanoUsdPerMillion: prices.inputUncached },
    { tokens: planned.outputTokens * planned.choices, nanoUsdPerMillion: prices.outputText },
  ]);
}

/** Vendors do not cache shorter prompts. */
const SHORTEST_CACHED_TOKENS = 1_024;

/** What it saves when the vendor has so many tokens of the prompt in its cache; 0 for a model without a price for that. */
export function cacheSaving(card: ModelCard, tokens: number, atMs: number): NanoUsd {
  const prices = tierFor(requireRow(card, atMs), tokens);
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

function tierFor(row: PriceRow, inputTokens: number): Prices {
  return row.tier && inputTokens > row.tier.inputTokensAbove ? row.tier.perMillion : row.perMillion;
}

function requireRow(card: ModelCard, atMs: number): PriceRow {
  const row = priceRowAt(card, atMs);
  if (!row) throw new Error(`${card.provider}/${card.model} has no price`);
  return row;
}
