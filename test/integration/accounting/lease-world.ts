import type { Caller } from '../../../src/access/caller';
import type { NanoUsd } from '../../../src/common/money';
import { budgetsOf } from '../../../src/cost/budgets/budget-lines';
import { OrganizationBudgets } from '../../../src/cost/budgets/organization-budgets';
import { CostConfig } from '../../../src/cost/cost.config';
import type { UsageRow } from '../../../src/cost/ledger/usage-row';
import { loadConfig } from '../../../src/platform/config/load-config';
import type { BudgetLine } from '../../../src/quota/quota-store';
import { budget, caller, usageRow } from '../../support/cost-kit';
import { FakeClock } from '../../support/fake-clock';
import { LeaseTable } from '../../support/memory-leases';
import { LeaseReplica, LEASE_SETTINGS, ORGANIZATION_LIMIT, TARGET } from './lease-replica';
import { Link, SharedServer } from './linked-store';
import { SeededRandom } from './seeded-random';

const REPLICAS = 3;
const ORGANIZATION = 'org_1';
const ORGANIZED = { organizationId: ORGANIZATION, timeZone: 'UTC' };
const isLease = (holdId: string): boolean => holdId.startsWith('lease_');

/** Replicas on one server, what the vendor billed, and everything that can go wrong between them. */
export class LeaseWorld {
  readonly clock = new FakeClock();
  readonly random: SeededRandom;
  readonly server = new SharedServer(this.clock);
  readonly table = new LeaseTable();
  readonly ledger: UsageRow[] = [];
  /** Calls in the folders of dead processes, by name. */
  readonly spools = new Map<string, UsageRow[]>();
  replicas: LeaseReplica[] = [];
  readonly counts = { lent: 0, admitted: 0, rebuilt: 0, deaths: 0 };
  private readonly callers = ['usr_1', 'usr_2'].map((userId) =>
    caller({ organizationId: ORGANIZATION, userId, apiKeyId: undefined }),
  );
  private readonly config = loadConfig([CostConfig], LEASE_SETTINGS).get(CostConfig);
  private serial = 0;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.table.spentUnder = (id) =>
      this.ledger
        .filter((row) => row.hold_id === id)
        .reduce((sum, row) => sum + BigInt(row.cost_nano_usd), 0n);
    for (let i = 0; i < REPLICAS; i++) this.replicas.push(this.newReplica());
  }

  async request(replica = this.random.pick(this.replicas)): Promise<void> {
    const who = this.random.pick(this.callers);
    const worst = BigInt(1 + this.random.integer(12_000));
    const wish = { requestId: 'req_1', caller: who, target: TARGET, worstCaseTokens: 1 };
    const outcome = await replica.admission
      .admit({ ...wish, worstCaseNanoUsd: worst })
      .catch(() => undefined);
    if (outcome?.kind !== 'admitted') return;
    this.counts.admitted += 1;
    if (outcome.hold.isOnLoan) this.counts.lent += 1;
    // Its process may have died meanwhile.
    if (this.replicas.includes(replica)) replica.running.set(outcome.hold, { caller: who, worst });
    else this.bury(replica.name, [this.row(outcome.hold.holdId, who, worst)]);
  }

  async endOne(replica = this.random.pick(this.replicas)): Promise<void> {
    const [hold] = replica.running.keys();
    const facts = hold && replica.running.get(hold);
    if (!facts) return;
    const cost = (facts.worst * BigInt(this.random.integer(101))) / 100n;
    replica.unshipped.push(this.row(hold.holdId, facts.caller, cost));
    replica.running.delete(hold);
    await replica.admission.settle(hold, { costNanoUsd: cost, tokens: 1 });
  }

  ship(replica = this.random.pick(this.replicas)): void {
    if (!replica.link.isUp) return;
    // The file of a call whose hold is not settled yet outlives it, so that whoever adopts it settles the hold.
    const unsettled = new Set(replica.keeper.unendedOf(ORGANIZATION).map(({ holdId }) => holdId));
    const [kept, shipped] = [true, false].map((isKept) =>
      replica.unshipped.filter((row) => unsettled.has(row.hold_id) === isKept),
    );
    this.ledger.push(...(shipped ?? []));
    replica.unshipped = kept ?? [];
  }

  async tick(): Promise<void> {
    this.clock.advance(this.random.integer(20_000));
    for (const replica of this.replicas) await replica.tick();
  }

  cut(): void {
    const { link } = this.random.pick(this.replicas);
    link.isCut = !link.isCut;
  }

  toggleServer(): void {
    this.server.isUp = !this.server.isUp;
  }

  /** Unless a replica that is cut off, or dead and not adopted, has calls of its own that only its holds in the store tell of. */
  async flush(): Promise<void> {
    const rebuilder = this.replicas.find(({ link }) => link.isUp);
    const unheard = this.replicas.filter(({ link }) => link.isCut);
    const rows = [...unheard.flatMap(({ unshipped }) => unshipped), ...[...this.spools.values()].flat()];
    const isTold = rows.every((row) => isLease(row.hold_id));
    const isIdle = unheard.every(
      (replica) =>
        [...replica.running.keys()].every((hold) => hold.isOnLoan) &&
        replica.keeper.unendedOf(ORGANIZATION).length === 0,
    );
    if (!rebuilder || !isTold || !isIdle) return;
    this.counts.rebuilt += 1;
    this.server.flush();
    // Those that come meanwhile wait for the counters.
    await Promise.all([rebuilder.loader.load(ORGANIZED), this.request(), this.request()]);
  }

  /** One replica is cut off with nothing but a lease, the server loses its data, and the others use up what they find. */
  async flushWithout(): Promise<void> {
    const lonely = this.random.pick(this.replicas);
    if (!lonely.link.isUp || lonely.keeper.unendedOf(ORGANIZATION).length > lonely.running.size) return;
    while (lonely.running.size > 0) await this.endOne(lonely);
    await lonely.tick();
    this.ship(lonely);
    await this.request(lonely);
    while (lonely.running.size > 0) await this.endOne(lonely);
    await lonely.tick();
    this.ship(lonely);
    lonely.link.isCut = true;
    for (let i = 0; i < 3; i++) await this.request(lonely);
    await this.flush();
    for (let i = 0; i < 30; i++) await this.request();
    for (let i = 0; i < 10; i++) await this.request(lonely);
  }

  /** The vendor bills running calls in full. */
  kill(): void {
    const victim = this.random.pick(this.replicas);
    this.counts.deaths += 1;
    const orphans = [...victim.running].map(([hold, { caller: who, worst }]) =>
      this.row(hold.holdId, who, worst),
    );
    victim.link.isCut = true;
    this.bury(victim.name, [...victim.unshipped, ...orphans]);
    this.replicas = this.replicas.map((replica) => (replica === victim ? this.newReplica() : replica));
  }

  async adopt(): Promise<void> {
    const [first] = this.spools;
    if (!first || !this.server.isUp) return;
    const [name, rows] = first;
    const sums = new Map<string, NanoUsd>();
    for (const row of rows) sums.set(row.hold_id, (sums.get(row.hold_id) ?? 0n) + BigInt(row.cost_nano_usd));
    this.ledger.push(...rows);
    this.spools.delete(name);
    for (const [holdId, actualNanoUsd] of sums)
      if (!isLease(holdId))
        await this.server.store.settle({
          organizationId: ORGANIZATION,
          holdId,
          actualNanoUsd,
          actualTokens: 1,
        });
    await this.replicas[0]?.records.disown(name);
  }

  /** Everything is reachable again, ends, and is recorded. */
  async drain(): Promise<void> {
    this.server.isUp = true;
    for (const { link } of this.replicas) {
      link.isCut = false;
      link.lostAnswers = 0;
    }
    for (const replica of this.replicas) while (replica.running.size > 0) await this.endOne(replica);
    await this.tick();
    for (const replica of this.replicas) this.ship(replica);
    while (this.spools.size > 0) await this.adopt();
    await this.replicas[0]?.loader.load(ORGANIZED);
    // Nobody asks any more, so that leases are given back.
    for (let i = 0; i < 12; i++) {
      this.clock.advance(40_000);
      for (const replica of this.replicas) await replica.tick();
    }
  }

  /** Lines whose limit is exceeded by what was billed and what running calls may cost, over all replicas, dead ones included. */
  exceeded(): readonly string[] {
    const used = this.usedByCounter();
    return this.lines().flatMap(({ counter, limitNanoUsd }) =>
      (used.get(counter) ?? 0n) > limitNanoUsd ? [counter] : [],
    );
  }

  /** Where the counters differ from the ledger or something is still held. */
  async wrongCounters(): Promise<readonly object[]> {
    const sums = new Map(this.sum([], []).map(({ counter, spentNanoUsd }) => [counter, spentNanoUsd]));
    const names = this.lines().map(({ counter }) => counter);
    const states = await this.server.store.readCounters(ORGANIZATION, names);
    return states
      .map((state) => ({ ...state, beyondLedger: state.spentNanoUsd - (sums.get(state.counter) ?? 0n) }))
      .filter(
        ({ beyondLedger, heldNanoUsd, leasedNanoUsd }) =>
          beyondLedger !== 0n || heldNanoUsd !== 0n || leasedNanoUsd !== 0n,
      );
  }

  private usedByCounter(): ReadonlyMap<string, NanoUsd> {
    const used = new Map<string, NanoUsd>();
    const add = (who: Caller, amount: NanoUsd): void => {
      for (const { counter } of this.linesOf(who)) used.set(counter, (used.get(counter) ?? 0n) + amount);
    };
    const rows = [
      ...this.ledger,
      ...this.replicas.flatMap(({ unshipped }) => unshipped),
      ...[...this.spools.values()].flat(),
    ];
    for (const row of rows) add(this.callerOf(row.user_id), BigInt(row.cost_nano_usd));
    for (const { running } of this.replicas)
      for (const { caller: who, worst } of running.values()) add(who, worst);
    return used;
  }

  private sum(rows: readonly UsageRow[], withoutHolds: readonly string[]) {
    const known = new Set(this.ledger.map((row) => row.attempt_id));
    const all = [...this.ledger, ...rows.filter((row) => !known.has(row.attempt_id))];
    return this.lines().map(({ counter, windowEndsAtMs }) => ({
      counter,
      windowEndsAtMs,
      spentNanoUsd: all
        .filter((row) => !withoutHolds.includes(row.hold_id))
        .filter((row) => this.linesOf(this.callerOf(row.user_id)).some((line) => line.counter === counter))
        .reduce((sum, row) => sum + BigInt(row.cost_nano_usd), 0n),
    }));
  }

  private lines(): readonly BudgetLine[] {
    return [
      ...new Map(
        this.callers.flatMap((who) => this.linesOf(who)).map((line) => [line.counter, line]),
      ).values(),
    ];
  }

  private linesOf(who: Caller): readonly BudgetLine[] {
    const scope = { level: 'organization', id: ORGANIZATION } as const;
    const budgets = new OrganizationBudgets([
      budget({ organizationId: ORGANIZATION, scope, limitNanoUsd: ORGANIZATION_LIMIT }),
    ]);
    return budgetsOf(who, budgets, { config: this.config, nowMs: this.clock.now() });
  }

  private callerOf(userId: string): Caller {
    const found = this.callers.find((who) => who.userId === userId);
    if (!found) throw new Error(`nobody is ${userId}`);
    return found;
  }

  private row(holdId: string, who: Caller, cost: NanoUsd): UsageRow {
    const changes = { hold_id: holdId, user_id: who.userId, cost_nano_usd: cost.toString() };
    return usageRow({ ...changes, organization_id: ORGANIZATION }, this.clock.now());
  }

  private bury(name: string, rows: readonly UsageRow[]): void {
    this.spools.set(name, [...(this.spools.get(name) ?? []), ...rows]);
  }

  private newReplica(): LeaseReplica {
    const link = new Link(this.server, this.random);
    link.lostAnswers = 5;
    const peersOf = (one: LeaseReplica): readonly string[] =>
      this.replicas.filter((other) => other !== one && other.link.isUp).map(({ name }) => name);
    return new LeaseReplica(`box_${this.serial++}`, link, {
      clock: this.clock,
      leases: this.table,
      sum: (rows, withoutHolds) => this.sum(rows, withoutHolds),
      peersOf,
    });
  }
}
