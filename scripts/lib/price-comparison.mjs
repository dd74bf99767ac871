/** Our usage buckets by the list's names of units. */
const units = {
  inputUncached: 'input_mtok',
  outputText: 'output_mtok',
  cacheRead: 'cache_read_mtok',
  cacheWrite5m: 'cache_write_mtok',
  cacheWrite1h: 'cache_write_1h_mtok',
  audioInput: 'input_audio_mtok',
};

/** The list's prices in our shape: numbers in USD per million tokens, and the dearest tier of a long input. */
export function listedPrices(modelPrice) {
  const base = {};
  const above = {};
  let inputTokensAbove;
  for (const [bucket, unit] of Object.entries(units)) {
    const price = modelPrice[unit];
    if (price === undefined) continue;
    if (typeof price === 'number') {
      base[bucket] = price;
      continue;
    }
    base[bucket] = price.base;
    const tier = price.tiers.at(-1);
    if (tier === undefined) continue;
    above[bucket] = tier.price;
    inputTokensAbove = tier.start;
  }
  return { base, ...(inputTokensAbove !== undefined && { tier: { inputTokensAbove, prices: above } }) };
}

/** Every unit in which a price row of ours and the list differ; a unit only one of them has is a difference. */
export function disagreements(row, listed) {
  return [
    ...compare(row.perMillion, listed.base, ''),
    ...(row.tier || listed.tier
      ? compare(row.tier?.perMillion ?? {}, listed.tier?.prices ?? {}, ' (long input)')
      : []),
  ];
}

function compare(ours, theirs, suffix) {
  return Object.keys(units).flatMap((bucket) => {
    const our = ours[bucket] === undefined ? undefined : Number(ours[bucket]) / 1e9;
    const their = theirs[bucket];
    if (our === their) return [];
    return [{ unit: bucket + suffix, ours: our ?? '-', theirs: their ?? '-' }];
  });
}

/** Rows for models that are only in the list, in the form of our price files. */
export function newRows(provider, models, priceOf) {
  const names = { inputUncached: 'input', outputText: 'output', cacheWrite5m: 'cacheWrite' };
  return models.flatMap((model) => {
    const found = priceOf(provider, model.id);
    if (!found || found.prices.base.inputUncached === undefined) return [];
    const members = Object.entries(found.prices.base).map(
      ([bucket, price]) => `${names[bucket] ?? bucket}: '${price}'`,
    );
    const context = model.context_window === undefined ? '' : ` // context ${model.context_window}`;
    return [`${provider}/${model.id}: flat({ ${members.join(', ')} })${context}`];
  });
}
