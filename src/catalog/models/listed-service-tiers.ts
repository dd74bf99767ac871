import { isJsonObject } from '../../common/json';
import type { PriceRow, PriceSchedule } from '../model-card';
import { SERVICE_TIERS } from '../service-tier';
import { perMillion, toListedPrice } from './price';
import list from './service-tiers.json';

const FILE = 'service-tiers.json';
const MODELS: Readonly<Record<string, unknown>> = list.models;

/**
 * Adds what the vendor asks for other service tiers, as `npm run prices -- --service-tiers` took it over. A row gets it only
 * where its ordinary price is the one that the tiers stood beside: prices of another time say nothing about it.
 */
export function withServiceTiers(
  provider: string,
  model: string,
  rows: readonly PriceRow[],
): readonly PriceRow[] {
  // Groq's flex processing costs what on-demand does (groq.com, service tiers).
  if (provider === 'groq') return rows.map((row) => ({ ...row, serviceTiers: { flex: scheduleOf(row) } }));
  const entry = MODELS[`${provider}/${model}`];
  return isJsonObject(entry) ? rows.map((row) => withTiers(row, entry)) : rows;
}

function withTiers(row: PriceRow, entry: Readonly<Record<string, unknown>>): PriceRow {
  const beside = perMillion(toListedPrice(FILE, entry['beside']));
  const { inputUncached, outputText } = row.perMillion;
  if (beside.inputUncached !== inputUncached || beside.outputText !== outputText) return row;
  const found = SERVICE_TIERS.flatMap((tier) =>
    entry[tier] === undefined ? [] : [[tier, toSchedule(entry[tier], row)] as const],
  );
  return { ...row, serviceTiers: Object.fromEntries(found) };
}

function toSchedule(value: unknown, { tier }: PriceRow): PriceSchedule {
  const short = { perMillion: perMillion(toListedPrice(FILE, value)) };
  const above = isJsonObject(value) ? value['above'] : undefined;
  if (above === undefined || !tier) return short;
  const { inputTokensAbove } = tier;
  return { ...short, tier: { inputTokensAbove, perMillion: perMillion(toListedPrice(FILE, above)) } };
}

function scheduleOf({ perMillion: prices, tier }: PriceRow): PriceSchedule {
  return tier ? { perMillion: prices, tier } : { perMillion: prices };
}
