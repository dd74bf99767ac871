import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { newId } from '../../common/ids';
import { isJsonObject, parseJson, type JsonObject } from '../../common/json';
import { PubSub, type Unsubscribe } from '../../platform/pub-sub/pub-sub';
import { ReplicaRoster } from '../../platform/replicas/replica-roster';
import { contributionFromJson, contributionToJson, type Contribution } from './contribution';
import { ReplicaContribution } from './replica-contribution';

const CHANNEL = 'budget-rebuild';
/** Replies of the store that were on their way when it lost its data arrive within this time. */
const REPLIES_MS = 50;
const LOOK_MS = 20;
const DEADLINE_MS = 8_000;

/** Asks the other replicas what they know about an organization whose counters are lost, and answers them. */
@Injectable()
export class RebuildExchange implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(RebuildExchange.name);
  private readonly answers = new Map<string, Map<string, Contribution>>();
  private unsubscribe: Unsubscribe | undefined;

  constructor(
    private readonly pubSub: PubSub,
    private readonly roster: ReplicaRoster,
    private readonly own: ReplicaContribution,
    private readonly clock: Clock,
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

  /** What this and every other living replica knows. Rejects when one that is alive does not answer in time. */
  async collect(organizationId: string): Promise<readonly Contribution[]> {
    const [own, others] = await Promise.all([this.ownOf(organizationId), this.ask(organizationId)]);
    return [own, ...others];
  }

  private async ownOf(organizationId: string): Promise<Contribution> {
    await sleep(REPLIES_MS);
    return this.own.of(organizationId);
  }

  private async ask(organizationId: string): Promise<readonly Contribution[]> {
    const id = newId('job');
    const received = new Map<string, Contribution>();
    const deadline = this.clock.monotonic() + DEADLINE_MS;
    await sleep(this.roster.completeInMs);
    this.answers.set(id, received);
    try {
      await this.send({ kind: 'ask', id, organizationId });
      while (this.roster.peers.some((peer) => !received.has(peer))) {
        if (this.clock.monotonic() > deadline) throw new Error('a replica did not say what it holds');
        await sleep(LOOK_MS);
      }
      return [...received.values()];
    } finally {
      this.answers.delete(id);
    }
  }

  private receive(message: string): void {
    const value = parseJson(message);
    if (!isJsonObject(value)) return;
    const { kind, id, from, organizationId } = value;
    if (typeof id !== 'string' || typeof from !== 'string' || from === this.roster.ownId) return;
    if (kind === 'answer') this.answers.get(id)?.set(from, contributionFromJson(value));
    else if (typeof organizationId === 'string') void this.answer(id, organizationId);
  }

  private async answer(id: string, organizationId: string): Promise<void> {
    try {
      const contribution = await this.ownOf(organizationId);
      await this.send({ kind: 'answer', id, ...contributionToJson(contribution) });
    } catch (error) {
      this.logger.warn({ err: error }, 'what this replica holds could not be told to another one');
    }
  }

  private send(message: JsonObject): Promise<void> {
    return this.pubSub.publish(CHANNEL, JSON.stringify({ ...message, from: this.roster.ownId }));
  }
}
