import type { NanoUsd } from '../../common/money';
import type { UsageBucket } from '../../llm/token-usage';
import type { ModelCard, PriceRow } from '../model-card';
import { priceOfBucket, priceRowAt } from '../price-book';
import { SERVICE_TIERS } from '../service-tier';

/** Why a proposed price is held back until somebody has looked at it. */
export const PRICE_FINDINGS = [
  'jump',
  'factor_of_ten',
  'swapped',
  'cache_read_above_input',
  'output_on_embedding',
  'tier_moved',
  'planned_change_dropped',
  'service_tier_order',
] as const;

export interface PriceFinding {
  readonly kind: (typeof PRICE_FINDINGS)[number];
  readonly bucket?: UsageBucket;
  readonly was?: NanoUsd;
  readonly now?: NanoUsd;
}

/** A price may move by a quarter without a second look. */
const LARGEST_STEP_PERCENT = 25n;
/** Ratios that look like a decimal point in the wrong place, in percent of ten times. */
const TEN_TIMES = { min: 8n, max: 13n };
const COMPARED = [
  'inputUncached',
  'outputText',
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
  'audioInput',
] as const satisfies readonly UsageBucket[];

/**
 * Holds a proposed price against the one that counts on its first day. The rules come from slips that real price lists
 * contained: a moved decimal point, input and output exchanged, the storage price in the field of cached reads, a rise that
 * was cancelled. No finding means that it may count at once.
 */
export function comparePrice(card: ModelCard, proposed: PriceRow): readonly PriceFinding[] {
  const current = priceRowAt(card, Date.parse(`${proposed.validFrom}T00:00:00Z`));
  const own = plausibility(card, proposed);
  if (!current) return own;
  const swapped = isSwapped(current.perMillion, proposed.perMillion);
  return [
    ...own,
    ...(swapped ? [{ kind: 'swapped' as const }] : steps(current.perMillion, proposed.perMillion)),
    ...tierFindings(current.tier, proposed.tier),
    ...serviceTierSteps(current, proposed),
    ...droppedChanges(card, proposed),
  ];
}

function plausibility(card: ModelCard, { perMillion, serviceTiers }: PriceRow): PriceFinding[] {
  const findings: PriceFinding[] = [];
  const { inputUncached, outputText, cacheRead } = perMillion;
  if (cacheRead !== undefined && cacheRead > inputUncached)
    findings.push({
      kind: 'cache_read_above_input',
      bucket: 'cacheRead',
      was: inputUncached,
      now: cacheRead,
    });
  if (card.kind === 'embedding' && outputText > 0n)
    findings.push({ kind: 'output_on_embedding', bucket: 'outputText', now: outputText });
  return [...findings, ...serviceTierOrder(perMillion, serviceTiers)];
}

/** Waiting never costs more than the ordinary way, and being first never less. */
function serviceTierOrder(
  listed: PriceRow['perMillion'],
  tiers: PriceRow['serviceTiers'] = {},
): PriceFinding[] {
  const buckets = ['inputUncached', 'outputText'] as const;
  return buckets.flatMap((bucket) => {
    const [flex, priority] = [tiers.flex?.perMillion[bucket], tiers.priority?.perMillion[bucket]];
    const wrong = [
      ...(flex !== undefined && flex > listed[bucket] ? [flex] : []),
      ...(priority !== undefined && priority < listed[bucket] ? [priority] : []),
    ];
    return wrong.map((now) => ({ kind: 'service_tier_order' as const, bucket, was: listed[bucket], now }));
  });
}

function serviceTierSteps(current: PriceRow, proposed: PriceRow): PriceFinding[] {
  return SERVICE_TIERS.flatMap((tier) => {
    const [was, now] = [current.serviceTiers?.[tier], proposed.serviceTiers?.[tier]];
    return was && now ? steps(was.perMillion, now.perMillion) : [];
  });
}

function isSwapped(current: PriceRow['perMillion'], proposed: PriceRow['perMillion']): boolean {
  return (
    current.inputUncached !== current.outputText &&
    proposed.inputUncached === current.outputText &&
    proposed.outputText === current.inputUncached
  );
}

/** A bucket without a price of its own is compared by what it costs without one. */
function steps(current: PriceRow['perMillion'], proposed: PriceRow['perMillion']): PriceFinding[] {
  const findings: PriceFinding[] = [];
  for (const bucket of COMPARED) {
    const [was, now] = [priceOfBucket(current, bucket), priceOfBucket(proposed, bucket)];
    const kind = stepOf(was, now);
    if (kind) findings.push({ kind, bucket, was, now });
  }
  return findings;
}

function stepOf(was: NanoUsd, now: NanoUsd): 'jump' | 'factor_of_ten' | undefined {
  const [low, high] = was < now ? [was, now] : [now, was];
  if (low === high) return undefined;
  if (low > 0n && high >= low * TEN_TIMES.min && high <= low * TEN_TIMES.max) return 'factor_of_ten';
  const step = now > was ? now - was : was - now;
  return step * 100n > was * LARGEST_STEP_PERCENT ? 'jump' : undefined;
}

function tierFindings(current: PriceRow['tier'], proposed: PriceRow['tier']): PriceFinding[] {
  if (current?.inputTokensAbove !== proposed?.inputTokensAbove) return [{ kind: 'tier_moved' }];
  return current && proposed ? steps(current.perMillion, proposed.perMillion) : [];
}

/** The list already knows of a later change, which the proposed price would be in force over. */
function droppedChanges(card: ModelCard, proposed: PriceRow): PriceFinding[] {
  const isDropped = card.prices.some((row) => row.validFrom > proposed.validFrom);
  return isDropped ? [{ kind: 'planned_change_dropped' }] : [];
}
