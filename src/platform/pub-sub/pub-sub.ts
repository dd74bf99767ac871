export interface Subscriber {
  onMessage(message: string): void;
  /** Messages may have been missed since the last one: drop what was derived from them. */
  onGap(): void;
}

export type Unsubscribe = () => Promise<void>;

/**
 * Short messages to every process, this one included (revoked keys, changed settings). Delivered in
 * order and at most once: who misses some is told by `onGap`. Nothing is kept for late comers.
 */
export abstract class PubSub {
  /** Fails with `store_unavailable` when the message could not be handed over in time. */
  abstract publish(channel: string, message: string): Promise<void>;
  /**
   * Resolves once messages arrive, or, while the carrier is away, after the command timeout; then
   * `onGap` tells when they do. A subscriber that throws disturbs no other.
   */
  abstract subscribe(channel: string, subscriber: Subscriber): Promise<Unsubscribe>;
  /** False while messages may be missed. */
  abstract readonly connected: boolean;
}
