import type { Clock } from '../../../src/common/clock';
import { PubSub, type Subscriber, type Unsubscribe } from '../../../src/platform/pub-sub/pub-sub';
import { storeUnavailable } from '../../../src/platform/redis/redis.errors';
import { InProcessQuotaStore } from '../../../src/quota/in-process-quota-store';
import { QuotaStore } from '../../../src/quota/quota-store';
import type { SeededRandom } from './seeded-random';

/** What all replicas share, and who of them reaches it. */
export class SharedServer {
  isUp = true;
  store: InProcessQuotaStore;
  readonly subscribers = new Map<Link, Map<string, Subscriber>>();

  constructor(private readonly clock: Clock) {
    this.store = new InProcessQuotaStore(clock);
  }

  /** Forgets everything, as an emptied or replaced server does. */
  flush(): void {
    this.store = new InProcessQuotaStore(this.clock);
  }
}

/** One replica's way to the server. */
export class Link {
  isCut = false;
  /** Per cent of leases and of what ends them whose answer gets lost although the server has done them. */
  lostAnswers = 0;

  constructor(
    readonly server: SharedServer,
    readonly random: SeededRandom,
  ) {}

  get isUp(): boolean {
    return this.server.isUp && !this.isCut;
  }
}

type Operation = 'hold' | 'settle' | 'lease' | 'shrink' | 'renew';

/** The shared counters as one replica sees them. */
export class LinkedStore extends QuotaStore {
  readonly isShared = true;

  constructor(private readonly link: Link) {
    super();
  }

  hold: QuotaStore['hold'] = (request) => this.ask((store) => store.hold(request));
  settle: QuotaStore['settle'] = (request) => this.ask((store) => store.settle(request), 'settle');
  lease: QuotaStore['lease'] = (request) => this.ask((store) => store.lease(request), 'lease');
  shrink: QuotaStore['shrink'] = (...given) => this.ask((store) => store.shrink(...given), 'shrink');
  renew: QuotaStore['renew'] = (...given) => this.ask((store) => store.renew(...given), 'renew');
  expireDue: QuotaStore['expireDue'] = (...given) => this.ask((store) => store.expireDue(...given));
  readCounters: QuotaStore['readCounters'] = (...given) => this.ask((store) => store.readCounters(...given));
  load: QuotaStore['load'] = (...given) => this.ask((store) => store.load(...given));
  isLoaded: QuotaStore['isLoaded'] = (id) => this.ask((store) => store.isLoaded(id));
  raise: QuotaStore['raise'] = (...given) => this.ask((store) => store.raise(...given));
  takeRequest: QuotaStore['takeRequest'] = (request) => this.ask((store) => store.takeRequest(request));
  organizationsWithHolds: QuotaStore['organizationsWithHolds'] = () =>
    this.ask((store) => store.organizationsWithHolds());

  private async ask<T>(work: (store: QuotaStore) => Promise<T>, operation?: Operation): Promise<T> {
    await Promise.resolve();
    if (!this.link.isUp) throw storeUnavailable('test', undefined);
    const answer = await work(this.link.server.store);
    if (operation && this.link.random.chance(this.link.lostAnswers))
      throw storeUnavailable('test', undefined);
    return answer;
  }
}

/** Messages between the replicas that reach the server. */
export class LinkedPubSub extends PubSub {
  constructor(private readonly link: Link) {
    super();
  }

  get connected(): boolean {
    return this.link.isUp;
  }

  publish(channel: string, message: string): Promise<void> {
    if (!this.link.isUp) return Promise.reject(storeUnavailable('publish', undefined));
    for (const [link, channels] of this.link.server.subscribers)
      if (link.isUp) setImmediate(() => channels.get(channel)?.onMessage(message));
    return Promise.resolve();
  }

  subscribe(channel: string, subscriber: Subscriber): Promise<Unsubscribe> {
    const channels = this.link.server.subscribers.get(this.link) ?? new Map<string, Subscriber>();
    this.link.server.subscribers.set(this.link, channels.set(channel, subscriber));
    return Promise.resolve(() => Promise.resolve());
  }
}
