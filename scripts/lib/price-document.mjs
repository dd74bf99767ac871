/** Members of a shown price by our usage buckets. */
const buckets = {
  input: 'inputUncached',
  output: 'outputText',
  cache_read: 'cacheRead',
  cache_write: 'cacheWrite5m',
  cache_write_1h: 'cacheWrite1h',
  audio_input: 'audioInput',
};

/** A row of GET /v1/prices as the arithmetic takes it: nano-USD per million tokens. */
export function toPriceRow({ valid_from, long_input, service_tiers = {}, ...prices }) {
  const above = long_input?.input_tokens_above;
  const tiers = Object.entries(service_tiers).map(([name, { long_input: long, ...short }]) => [
    name,
    toSchedule(short, long, above),
  ]);
  return {
    validFrom: valid_from,
    ...toSchedule(prices, long_input, above),
    ...(tiers.length > 0 && { serviceTiers: Object.fromEntries(tiers) }),
  };
}

function toSchedule(prices, longInput, inputTokensAbove) {
  return {
    perMillion: toNano(prices),
    ...(longInput && { tier: { inputTokensAbove, perMillion: toNano(longInput) } }),
  };
}

/** Prices have at most nine decimals, so that the product is exact after rounding. */
function toNano(prices) {
  return Object.fromEntries(
    Object.entries(buckets)
      .filter(([name]) => prices[name] !== undefined)
      .map(([name, bucket]) => [bucket, BigInt(Math.round(prices[name] * 1e9))]),
  );
}

/** The usage of a ledger row as the arithmetic takes it: `cache_read` is `cacheRead`. */
export function toUsage(usage) {
  return Object.fromEntries(
    Object.entries(usage).map(([name, tokens]) => [
      name.replace(/_([a-z0-9])/g, (_match, next) => next.toUpperCase()),
      tokens,
    ]),
  );
}
