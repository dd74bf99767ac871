/** Fields that speak to the router; their place is not with a vendor, and leaving them out is no loss. */
export const ROUTER_FIELDS: ReadonlySet<string> = new Set([
  'session_id',
  'cascade_config',
  'enable_analytics',
  'routing_preference',
]);
