const tiers = ['flex', 'priority'];
/** Our names of prices by LiteLLM's; a service tier's name is appended to them. */
const fields = {
  input: 'input_cost_per_token',
  output: 'output_cost_per_token',
  cacheRead: 'cache_read_input_token_cost',
  cacheWrite: 'cache_creation_input_token_cost',
  audioInput: 'input_cost_per_audio_token',
};
const prefixes = { openai: '', google: 'gemini/' };

/**
 * What LiteLLM's price file knows of the service tiers of a model, with the ordinary price it stands beside; undefined without
 * one. A tier whose long inputs are not priced there gets no `above`.
 */
export function serviceTierRow(file, { provider, model }) {
  const entry = prefixes[provider] === undefined ? undefined : file[`${prefixes[provider]}${model}`];
  if (!entry) return undefined;
  const long = Object.keys(entry)
    .map((name) => /^input_cost_per_token_above_(\d+)k_tokens$/.exec(name)?.[1])
    .find(Boolean);
  const found = tiers.flatMap((tier) => {
    const short = pricesOf(entry, '', `_${tier}`);
    if (!short) return [];
    const above = long && pricesOf(entry, `_above_${long}k_tokens`, `_${tier}`);
    return [[tier, { ...short, ...(above && { above }) }]];
  });
  const listed = pricesOf(entry, '', '');
  if (found.length === 0 || !listed) return undefined;
  return { beside: { input: listed.input, output: listed.output }, ...Object.fromEntries(found) };
}

function pricesOf(entry, size, tier) {
  const prices = Object.fromEntries(
    Object.entries(fields)
      .map(([name, field]) => [name, entry[`${field}${size}${tier}`]])
      .filter(([, price]) => typeof price === 'number')
      .map(([name, price]) => [name, perMillion(price)]),
  );
  return prices.input === undefined || prices.output === undefined ? undefined : prices;
}

/** USD per token as a float is USD per million with at most six decimals. */
function perMillion(price) {
  return String(Number((price * 1e6).toFixed(6)));
}
