/** Why the built-in embedder stood in for the configured one. Order is part of the decision record: append only. */
export const EMBEDDER_FAILURES = ['late', 'failed', 'no_budget', 'not_allowed'] as const;
export type EmbedderFailure = (typeof EMBEDDER_FAILURES)[number];
