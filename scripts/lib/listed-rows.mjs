/** Our usage buckets, as the price files name them, by the list's names of units. */
const units = {
  input: 'input_mtok',
  output: 'output_mtok',
  cacheRead: 'cache_read_mtok',
  cacheWrite: 'cache_write_mtok',
  cacheWrite1h: 'cache_write_1h_mtok',
  audioInput: 'input_audio_mtok',
};

/**
 * The rows of one model for src/catalog/models/listed-prices.json, oldest first: decimal USD per million tokens, the day from
 * which they count, and what counts for the whole call above a number of input tokens. Undefined when a price depends on the time of day or on
 * nothing we can express: then it is entered by hand.
 */
export function listedRows(model, isEmbedding) {
  const dated = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }];
  if (dated.some(({ constraint }) => constraint !== undefined && constraint.type !== 'start_date'))
    return undefined;
  return dated
    .map(({ constraint, prices }) => toRow(constraint?.start_date, prices, isEmbedding))
    .toSorted((a, b) => ((a.validFrom ?? '') < (b.validFrom ?? '') ? -1 : 1));
}

function toRow(validFrom, prices, isEmbedding) {
  const base = {};
  const above = {};
  let inputTokensAbove;
  for (const [name, unit] of Object.entries(units)) {
    const price = isEmbedding && name === 'output' ? 0 : prices[unit];
    if (price === undefined) continue;
    base[name] = String(typeof price === 'number' ? price : price.base);
    const tier = typeof price === 'number' ? undefined : price.tiers.at(-1);
    if (tier === undefined) continue;
    above[name] = String(tier.price);
    inputTokensAbove = tier.start;
  }
  return {
    ...(validFrom !== undefined && { validFrom }),
    ...base,
    ...(inputTokensAbove !== undefined && { above: { inputTokens: inputTokensAbove, ...above } }),
  };
}
