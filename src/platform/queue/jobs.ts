import type { AlertEvent } from '../alerts/alert-event';

/** Every queue and what its jobs carry: plain JSON, no prompts, no secrets. */
export interface JobPayloads {
  readonly usage: { readonly rows: readonly unknown[] };
  readonly alerts: { readonly alerts: readonly AlertEvent[] };
  readonly requests: { readonly rows: readonly unknown[] };
  readonly decision: { readonly events: readonly unknown[] };
  readonly audit: { readonly entries: readonly unknown[] };
}

export type QueueName = keyof JobPayloads;

export const QUEUE_NAMES = [
  'usage',
  'requests',
  'alerts',
  'decision',
  'audit',
] as const satisfies readonly QueueName[];

/** Queues whose jobs come from the outbox, where their lines stay until they are in their table. */
export const OUTBOX_QUEUES: ReadonlySet<QueueName> = new Set<QueueName>([
  'usage',
  'requests',
  'decision',
  'audit',
]);
