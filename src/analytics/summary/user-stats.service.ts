import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/caller';
import { Clock } from '../../common/clock';
import { toUsdNumber } from '../../common/money';
import type { CallerBudget } from '../../cost/budgets/budget-lines';
import { calendarWindow, type BudgetWindow } from '../../cost/budgets/calendar-window';
import { CallerBudgets } from '../../cost/budgets/caller-budgets';
import { RollupQuery, type RollupFigures, type RollupGroup } from '../rollup.query';
import type { UserStatsDto } from './tenant-summary.dto';

const BEGINNING = new Date(0);
/** Limits for single providers or models are not the user's budget. */
const ANY_MODEL = { provider: '', model: '' };

/** A user's own use, for the user. */
@Injectable()
export class UserStatsService {
  constructor(
    private readonly rollups: RollupQuery,
    private readonly budgets: CallerBudgets,
    private readonly clock: Clock,
  ) {}

  async statsOf(caller: Caller): Promise<UserStatsDto> {
    const nowMs = this.clock.now();
    const scope = { organizationId: caller.organizationId, ownUserId: caller.userId };
    const until = new Date(calendarWindow('daily', nowMs, caller.timeZone).endsAtMs);
    const since = (window: BudgetWindow): Promise<RollupFigures> => {
      const from = new Date(calendarWindow(window, nowMs, caller.timeZone).startsAtMs);
      return this.rollups.total({ scope, from, until });
    };
    const [[[total] = [], byModel = []], today, month, { budgets }] = await Promise.all([
      this.rollups.read({ scope, from: BEGINNING, until }, [[], ['model']]),
      since('daily'),
      since('monthly'),
      this.budgets.termsFor(caller, nowMs),
    ]);
    const lines = budgets.for(ANY_MODEL);
    return {
      user_id: caller.userId,
      total_requests: total?.requests ?? 0,
      total_cost: toUsdNumber(total?.costNanoUsd ?? 0n),
      total_cost_nano_usd: (total?.costNanoUsd ?? 0n).toString(),
      daily_cost: toUsdNumber(today.costNanoUsd),
      monthly_cost: toUsdNumber(month.costNanoUsd),
      daily_budget: budgetOf(lines, 'daily'),
      monthly_budget: budgetOf(lines, 'monthly'),
      favorite_model: favoriteOf(byModel),
    };
  }
}

/** The tightest limit of the user in a kind of window; null without one. */
function budgetOf(lines: readonly CallerBudget[], window: BudgetWindow): number | null {
  const limits = lines
    .filter((line) => line.level === 'user' && line.window === window)
    .map((line) => line.limitNanoUsd);
  const [first, ...others] = limits;
  return first === undefined ? null : toUsdNumber(others.reduce((a, b) => (b < a ? b : a), first));
}

function favoriteOf(groups: readonly RollupGroup[]): string | null {
  const [first] = groups.filter(({ requests }) => requests > 0).toSorted((a, b) => b.requests - a.requests);
  return first?.keys[0] ?? null;
}
