/** `active` counts; `quarantined` waits for somebody to approve it; the others count no more and are kept for the record. */
export const PRICE_UPDATE_STATUSES = ['active', 'quarantined', 'rejected', 'withdrawn'] as const;
export type PriceUpdateStatus = (typeof PRICE_UPDATE_STATUSES)[number];
