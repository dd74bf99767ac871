import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { newId } from '../../common/ids';
import { isJsonObject, parseJson } from '../../common/json';
import { PubSub, type Unsubscribe } from '../pub-sub/pub-sub';

const CHANNEL = 'replicas';
const BEAT_MS = 500;
/** A replica that was not heard for so long is gone. */
const SILENCE_MS = 3_000;
/** All replicas answer a greeting at once. */
const GREETING_MS = 300;
/** After an interruption the others may take this long to connect again. */
const RECONNECTING_MS = 3_000;

/**
 * Which other processes serve requests. Kept in memory from their messages, so that it survives the
 * loss of Redis's data.
 */
@Injectable()
export class ReplicaRoster implements OnModuleInit, OnModuleDestroy {
  readonly ownId = newId('box');
  private readonly heardAt = new Map<string, number>();
  private lastCount: number | undefined;
  private completeAtMs = Number.POSITIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;
  private unsubscribe: Unsubscribe | undefined;

  constructor(
    private readonly pubSub: PubSub,
    private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    this.unsubscribe = await this.pubSub.subscribe(CHANNEL, {
      onMessage: (message) => this.receive(message),
      onGap: () => this.listenAnew(RECONNECTING_MS),
    });
    this.listenAnew(GREETING_MS);
    this.timer = setInterval(() => this.send('beat'), BEAT_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.unsubscribe?.();
  }

  /** Milliseconds until {@link peers} can be relied on; 0 for now. */
  get completeInMs(): number {
    return this.pubSub.connected ? Math.max(0, this.completeAtMs - this.clock.monotonic()) : RECONNECTING_MS;
  }

  /** The other replicas that are alive. */
  get peers(): readonly string[] {
    const since = this.clock.monotonic() - SILENCE_MS;
    for (const [id, at] of this.heardAt) if (at < since) this.heardAt.delete(id);
    return [...this.heardAt.keys()];
  }

  /**
   * How many replicas serve requests, this one included. While messages are lost it stays what it was; undefined
   * until they were heard for the first time.
   */
  get lastKnownCount(): number | undefined {
    return this.lastCount;
  }

  private listenAnew(forMs: number): void {
    this.completeAtMs = this.clock.monotonic() + forMs;
    this.send('greeting');
  }

  private receive(message: string): void {
    const value = parseJson(message);
    if (!isJsonObject(value) || typeof value['from'] !== 'string') return;
    if (value['from'] === this.ownId) {
      this.count();
      return;
    }
    this.heardAt.set(value['from'], this.clock.monotonic());
    if (value['kind'] === 'greeting') this.send('beat');
  }

  /** Called when a message of our own has come back: those of the others would, too. */
  private count(): void {
    if (this.completeInMs === 0) this.lastCount = this.peers.length + 1;
  }

  /** Nobody waits for a beat; the next one follows. */
  private send(kind: 'beat' | 'greeting'): void {
    this.pubSub.publish(CHANNEL, JSON.stringify({ kind, from: this.ownId })).catch(() => undefined);
  }
}
