import { Logger } from '@nestjs/common';
import type { Subscriber } from './pub-sub';

/** Who listens to what in this process. */
export class SubscriberList {
  private readonly channels = new Map<string, Set<Subscriber>>();
  private readonly logger = new Logger('PubSub');

  get channelNames(): readonly string[] {
    return [...this.channels.keys()];
  }

  has(channel: string): boolean {
    return this.channels.has(channel);
  }

  add(channel: string, subscriber: Subscriber): void {
    const known = this.channels.get(channel);
    if (known) known.add(subscriber);
    else this.channels.set(channel, new Set([subscriber]));
  }

  remove(channel: string, subscriber: Subscriber): void {
    const subscribers = this.channels.get(channel);
    subscribers?.delete(subscriber);
    if (subscribers?.size === 0) this.channels.delete(channel);
  }

  deliver(channel: string, message: string): void {
    for (const subscriber of [...(this.channels.get(channel) ?? [])])
      this.call(channel, () => subscriber.onMessage(message));
  }

  announceGap(): void {
    for (const [channel, subscribers] of [...this.channels]) {
      for (const subscriber of [...subscribers]) this.call(channel, () => subscriber.onGap());
    }
  }

  private call(channel: string, notify: () => void): void {
    try {
      notify();
    } catch (error) {
      this.logger.error(
        `A subscriber of ${channel} failed: ${error instanceof Error ? error.message : 'unknown reason'}`,
      );
    }
  }
}
