/**
 * Every stream of lines the outbox carries. A new one is a word here, a class that implements `OutboxConsumer`, and
 * one call of `OutboxShipper.register` in that class's `onModuleInit`.
 */
export const OUTBOX_TOPICS = ['usage', 'request', 'audit', 'decision', 'outcome'] as const;

export type OutboxTopic = (typeof OUTBOX_TOPICS)[number];
