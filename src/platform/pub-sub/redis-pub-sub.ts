import type { OnModuleDestroy } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { LuaScript } from '../redis/lua-script';
import type { RedisConnection } from '../redis/redis-connection';
import { storeUnavailable } from '../redis/redis.errors';
import { PubSub, type Subscriber, type Unsubscribe } from './pub-sub';
import { SubscriberList } from './subscriber-list';

/** The channel is given as a key, so that a cluster client sends all messages of a channel to the same node: else they overtake each other. */
const PUBLISH = new LuaScript("return redis.call('PUBLISH', KEYS[1], ARGV[1])", () => undefined);
const HEARTBEAT_MS = 2_000;
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 2_000;

/**
 * Messages between replicas. Subscriptions have a connection of their own, which is replaced as soon
 * as it breaks or stops answering its heartbeat; subscribers hear of the gap once the new one listens.
 */
export class RedisPubSub extends PubSub implements OnModuleDestroy {
  private readonly subscribers = new SubscriberList();
  private readonly heartbeat: NodeJS.Timeout;
  private readonly prefix: string;
  private client: Redis;
  private retry: NodeJS.Timeout | undefined;
  private attempt = 0;
  private failures = 0;
  private listening = false;
  private hadGap = false;
  private closed = false;

  constructor(private readonly redis: RedisConnection) {
    super();
    this.prefix = `${redis.keyPrefix}:channel:`;
    this.client = this.open();
    this.heartbeat = setInterval(() => void this.beat(), HEARTBEAT_MS).unref();
  }

  get connected(): boolean {
    return this.listening;
  }

  async publish(channel: string, message: string): Promise<void> {
    try {
      await PUBLISH.run(this.redis.commands, [this.prefix + channel], [message]);
    } catch (error) {
      throw storeUnavailable('publish', error);
    }
  }

  async subscribe(channel: string, subscriber: Subscriber): Promise<Unsubscribe> {
    const entry: Subscriber = {
      onMessage: (message) => subscriber.onMessage(message),
      onGap: () => subscriber.onGap(),
    };
    this.subscribers.add(channel, entry);
    if (this.listening) await this.listenTo([channel]);
    else this.hadGap = true;
    return () => this.unsubscribe(channel, entry);
  }

  /** Stops listening; nothing is delivered any more. */
  onModuleDestroy(): void {
    this.closed = true;
    this.listening = false;
    clearInterval(this.heartbeat);
    clearTimeout(this.retry);
    this.client.disconnect();
  }

  private async unsubscribe(channel: string, entry: Subscriber): Promise<void> {
    this.subscribers.remove(channel, entry);
    if (this.subscribers.has(channel) || !this.listening) return;
    await this.client.unsubscribe(this.prefix + channel).catch(() => this.client.disconnect());
  }

  private open(): Redis {
    const client = this.redis.openSubscriber(this.attempt++);
    client.on('message', (channel: string, message: string) =>
      this.subscribers.deliver(channel.slice(this.prefix.length), message),
    );
    client.on('ready', () => void this.listen());
    client.on('end', () => this.reopen(client));
    client.connect().catch(() => client.disconnect());
    return client;
  }

  private reopen(ended: Redis): void {
    if (this.closed || ended !== this.client || this.retry !== undefined) return;
    this.listening = false;
    this.hadGap = true;
    const delay = Math.min(RETRY_MIN_MS * 2 ** Math.min(this.failures++, 10), RETRY_MAX_MS);
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.client = this.open();
    }, delay).unref();
  }

  /** Takes up all subscriptions on a fresh connection; only then is the gap over. */
  private async listen(): Promise<void> {
    const { client } = this;
    const done = new Set<string>();
    // Subscribers may come while the connection takes up the earlier ones.
    for (let names = this.missing(done); names.length > 0; names = this.missing(done)) {
      if (!(await this.listenTo(names))) return;
      for (const name of names) done.add(name);
    }
    if (client !== this.client || client.status !== 'ready') return;
    this.listening = true;
    this.failures = 0;
    if (this.hadGap) this.subscribers.announceGap();
    this.hadGap = false;
  }

  private missing(done: ReadonlySet<string>): readonly string[] {
    return this.subscribers.channelNames.filter((name) => !done.has(name));
  }

  private async listenTo(channels: readonly string[]): Promise<boolean> {
    const { client } = this;
    try {
      await client.subscribe(...channels.map((channel) => this.prefix + channel));
      return true;
    } catch {
      // A connection without all its subscriptions is worth nothing: its end leads to the next one.
      client.disconnect();
      return false;
    }
  }

  private async beat(): Promise<void> {
    const { client } = this;
    if (client.status !== 'ready') return;
    await client.ping().catch(() => client.disconnect());
  }
}
