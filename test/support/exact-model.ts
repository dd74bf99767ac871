/** A model whose cost is exact: nothing for the prompt, one dollar per million tokens of the answer. */
export const EXACT_MODEL = 'exact-model';
export const NANO_PER_TOKEN = 1_000;

/** `EXTRA_PROVIDERS` with this one model, at the fake vendor. */
export function exactProvider(vendorUrl: string): string {
  const price = { input: 0, output: 1 };
  const models = [{ id: EXACT_MODEL, context: 100_000, max_output: 50_000, price }];
  return JSON.stringify({ metered: { base_url: vendorUrl, models } });
}
