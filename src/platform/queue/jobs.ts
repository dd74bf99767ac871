import type { AlertEvent } from '../alerts/alert-event';

/** Rows, and the ids of the outbox lines they come from. */
interface RowsPayload {
  readonly rows: readonly unknown[];
  readonly ids?: readonly string[];
}

/** Every queue and what its jobs carry: plain JSON, no prompts, no secrets. */
export interface JobPayloads {
  readonly usage: RowsPayload;
  readonly alerts: { readonly alerts: readonly AlertEvent[] };
  readonly requests: RowsPayload;
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
