/**
 * Ways of being served that vendors sell at other prices: `flex` waits longer for less, `priority` goes first for more.
 * OpenAI and Google use these names; a request for OpenAI's `fast` is answered, and billed, as `priority`.
 */
export const SERVICE_TIERS = ['flex', 'priority'] as const;

export type ServiceTier = (typeof SERVICE_TIERS)[number];

/** Vendors' words for being served at the price of the list. */
const AT_LIST_PRICE: ReadonlySet<string> = new Set([
  'default',
  'standard',
  'standard_only',
  'on_demand',
  'auto',
]);

/**
 * The tier that a request names or an answer reports: `listed` for the ordinary one and when nothing is said, `unknown` for
 * one that no list has a price for.
 */
export function toServiceTier(name: string | undefined): ServiceTier | 'listed' | 'unknown' {
  if (name === undefined || name === '' || AT_LIST_PRICE.has(name)) return 'listed';
  if (name === 'fast') return 'priority';
  return SERVICE_TIERS.find((tier) => tier === name) ?? 'unknown';
}
