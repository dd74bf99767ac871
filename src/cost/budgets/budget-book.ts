import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { AppError } from '../../common/app-error';
import { Clock } from '../../common/clock';
import { PubSub } from '../../platform/pub-sub/pub-sub';
import { COST_ERRORS } from '../cost.errors';
import { BudgetRepository } from './budget.repository';
import { KeyBudgetsQuery } from './key-budgets.query';
import { OrganizationBudgets } from './organization-budgets';

const CHANNEL = 'budget-changes';
/** How long a change may go unnoticed when its message is lost. */
const FRESH_MS = 5_000;
/** After a failed look the database is left alone for so long. */
const REST_MS = 1_000;
const MAX_ORGANIZATIONS = 10_000;
const MAX_LOOKS = 3;

interface Entry {
  readonly budgets: OrganizationBudgets;
  /** Known to have changed: nobody goes by it any more, unless the database is away. */
  outdated: boolean;
  lookAgainAtMs: number;
}

/**
 * What this process knows about the budgets of organizations in use. A change made here counts before it
 * is answered, one made by another replica as soon as its message arrives, and at the latest after five
 * seconds. While the database is away the last known budgets stay in force.
 */
@Injectable()
export class BudgetBook implements OnModuleInit {
  private readonly logger = new Logger(BudgetBook.name);
  private readonly entries = new Map<string, Entry>();
  private readonly looks = new Map<string, Promise<OrganizationBudgets>>();
  private epoch = 0;

  constructor(
    private readonly repository: BudgetRepository,
    private readonly keys: KeyBudgetsQuery,
    private readonly pubSub: PubSub,
    private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.pubSub.subscribe(CHANNEL, {
      onMessage: (organizationId) => this.forget(organizationId),
      onGap: () => this.distrust(),
    });
  }

  /** Without a look at the database, when that is possible. */
  budgetsOf(organizationId: string): OrganizationBudgets | Promise<OrganizationBudgets> {
    const entry = this.entries.get(organizationId);
    if (!entry || (entry.outdated && !this.isResting(entry))) return this.look(organizationId);
    // Only old: requests do not wait for the look that confirms it.
    if (!this.isResting(entry)) void this.look(organizationId);
    return entry.budgets;
  }

  /** Call after a change is committed; resolves when this process goes by it. */
  async announce(organizationId: string): Promise<void> {
    this.forget(organizationId);
    await this.look(organizationId);
    try {
      await this.pubSub.publish(CHANNEL, organizationId);
    } catch {
      this.logger.warn('A change of budgets could not be announced; other replicas notice it within seconds');
    }
  }

  private look(organizationId: string): Promise<OrganizationBudgets> {
    const running = this.looks.get(organizationId);
    if (running) return running;
    const work = this.read(organizationId).finally(() => this.looks.delete(organizationId));
    this.looks.set(organizationId, work);
    return work;
  }

  private async read(organizationId: string): Promise<OrganizationBudgets> {
    for (let round = 1; ; round += 1) {
      const epoch = this.epoch;
      try {
        const [set, ofKeys] = await Promise.all([
          this.repository.list(organizationId),
          this.keys.list(organizationId),
        ]);
        const budgets = new OrganizationBudgets(set, ofKeys);
        // A change in the meantime may be about exactly these budgets, read before it.
        const outdated = epoch !== this.epoch;
        if (outdated && round < MAX_LOOKS) continue;
        this.remember(organizationId, budgets, outdated);
        return budgets;
      } catch (cause) {
        return this.lastKnown(organizationId, cause);
      }
    }
  }

  private isResting(entry: Entry): boolean {
    return this.clock.monotonic() < entry.lookAgainAtMs;
  }

  private remember(organizationId: string, budgets: OrganizationBudgets, outdated: boolean): void {
    const lookAgainAtMs = outdated ? Number.NEGATIVE_INFINITY : this.clock.monotonic() + FRESH_MS;
    this.entries.delete(organizationId);
    this.entries.set(organizationId, { budgets, outdated, lookAgainAtMs });
    const oldest = this.entries.keys().next();
    if (this.entries.size > MAX_ORGANIZATIONS && oldest.done !== true) this.entries.delete(oldest.value);
  }

  private lastKnown(organizationId: string, cause: unknown): OrganizationBudgets {
    const entry = this.entries.get(organizationId);
    if (entry) {
      entry.lookAgainAtMs = this.clock.monotonic() + REST_MS;
      return entry.budgets;
    }
    throw new AppError(COST_ERRORS.countersLoading, {
      public: 'The budgets cannot be read at the moment. Please try again.',
      retryAfterSeconds: 1,
      cause,
    });
  }

  private forget(organizationId: string): void {
    this.epoch += 1;
    const entry = this.entries.get(organizationId);
    if (entry) outdate(entry);
  }

  private distrust(): void {
    this.epoch += 1;
    for (const entry of this.entries.values()) outdate(entry);
  }
}

function outdate(entry: Entry): void {
  entry.outdated = true;
  entry.lookAgainAtMs = Number.NEGATIVE_INFINITY;
}
