import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { newId } from '../../common/ids';
import { isJsonObject, parseJson, type JsonObject } from '../../common/json';
import { PubSub, type Unsubscribe } from '../../platform/pub-sub/pub-sub';
import { ReplicaRoster } from '../../platform/replicas/replica-roster';
import { MetricsService } from '../../telemetry/metrics.service';
import { LeaseKeeper } from './lease-keeper';

const CHANNEL = 'budget-leases';
const LOOK_MS = 2;
/** Whoever does not answer by then keeps its leases for the moment. */
const DEADLINE_MS = 300;
/** Nothing is leased on a budget without room for so long; until then it is not recalled again. */
const PAUSE_MS = 30_000;
const AGAIN_MS = 1_000;
const MAX_REMEMBERED = 10_000;

/** Asks all replicas to give back what they have leased on a budget, when a request needs it. */
@Injectable()
export class LeaseRecall implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(LeaseRecall.name);
  private readonly returned = new Map<string, Set<string>>();
  private readonly recalls = new Map<string, { readonly atMs: number; readonly work: Promise<void> }>();
  private unsubscribe: Unsubscribe | undefined;

  constructor(
    private readonly pubSub: PubSub,
    private readonly roster: ReplicaRoster,
    private readonly keeper: LeaseKeeper,
    private readonly clock: Clock,
    private readonly metrics: MetricsService,
  ) {}

  async onModuleInit(): Promise<void> {
    this.unsubscribe = await this.pubSub.subscribe(CHANNEL, {
      onMessage: (message) => this.receive(message),
      onGap: () => undefined,
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.unsubscribe?.();
  }

  /** True when leases on this counter have been given back just now, so that another try may find room. Never rejects. */
  async recall(organizationId: string, counter: string): Promise<boolean> {
    const key = `${organizationId} ${counter}`;
    const now = this.clock.monotonic();
    const latest = this.recalls.get(key);
    if (latest && now - latest.atMs < AGAIN_MS) {
      // Those who come while others ask share their answer; who comes later has asked the store after it.
      await latest.work;
      return now - latest.atMs < DEADLINE_MS;
    }
    const work = this.ask(organizationId, counter).catch((error: unknown) => {
      this.logger.debug({ err: error }, 'leases could not be recalled');
    });
    this.recalls.delete(key);
    this.recalls.set(key, { atMs: now, work });
    const oldest = this.recalls.keys().next();
    if (this.recalls.size > MAX_REMEMBERED && oldest.done !== true) this.recalls.delete(oldest.value);
    await work;
    return true;
  }

  private async ask(organizationId: string, counter: string): Promise<void> {
    this.metrics.leaseRecall();
    const id = newId('job');
    const returned = new Set<string>();
    const deadline = this.clock.monotonic() + DEADLINE_MS;
    this.returned.set(id, returned);
    try {
      await Promise.all([
        this.keeper.giveBack(organizationId, counter, PAUSE_MS),
        this.send({ kind: 'recall', id, organizationId, counter }),
      ]);
      const isWaiting = (): boolean => this.roster.peers.some((peer) => !returned.has(peer));
      while (isWaiting() && this.clock.monotonic() < deadline) await sleep(LOOK_MS);
    } finally {
      this.returned.delete(id);
    }
  }

  private receive(message: string): void {
    const value = parseJson(message);
    if (!isJsonObject(value)) return;
    const { kind, id, from, organizationId, counter } = value;
    if (typeof id !== 'string' || typeof from !== 'string' || from === this.roster.ownId) return;
    if (kind === 'returned') this.returned.get(id)?.add(from);
    else if (typeof organizationId === 'string' && typeof counter === 'string')
      void this.answer(id, organizationId, counter);
  }

  private async answer(id: string, organizationId: string, counter: string): Promise<void> {
    try {
      await this.keeper.giveBack(organizationId, counter, PAUSE_MS);
      await this.send({ kind: 'returned', id });
    } catch (error) {
      this.logger.debug({ err: error }, 'leases could not be given back yet');
    }
  }

  private send(message: JsonObject): Promise<void> {
    return this.pubSub.publish(CHANNEL, JSON.stringify({ ...message, from: this.roster.ownId }));
  }
}
