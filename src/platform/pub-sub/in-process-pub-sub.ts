import { setImmediate } from 'node:timers/promises';
import { PubSub, type Subscriber, type Unsubscribe } from './pub-sub';
import { SubscriberList } from './subscriber-list';

/** Messages within one process; it never misses any. */
export class InProcessPubSub extends PubSub {
  readonly connected = true;
  private readonly subscribers = new SubscriberList();

  /** Delivers in a later turn, as a network would, so that no publisher runs its listeners' code. */
  async publish(channel: string, message: string): Promise<void> {
    await setImmediate();
    this.subscribers.deliver(channel, message);
  }

  subscribe(channel: string, subscriber: Subscriber): Promise<Unsubscribe> {
    // A wrapper of its own for each subscription: the same object may subscribe twice.
    const entry: Subscriber = {
      onMessage: (message) => subscriber.onMessage(message),
      onGap: () => subscriber.onGap(),
    };
    this.subscribers.add(channel, entry);
    return Promise.resolve(() => {
      this.subscribers.remove(channel, entry);
      return Promise.resolve();
    });
  }
}
