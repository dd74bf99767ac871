import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/caller';
import { Clock } from '../../common/clock';
import { readPeriod } from '../analytics-period';
import type { CostsQueryDto } from '../analytics-query.dto';
import { everyOrganization, scopeOf } from '../analytics-scope';
import { NO_FIGURES, RollupQuery, type RollupDimension, type RollupFilter } from '../rollup.query';
import type { CostsDto } from './costs.dto';
import { toCosts } from './to-costs';

const DAYS = { defaultDays: 30, maxDays: 1_830 };
/** By the hour an answer has 24 groups a day. */
const DAYS_BY_HOUR = { defaultDays: 2, maxDays: 62 };
const COARSE: readonly (readonly RollupDimension[])[] = [[], ['provider'], ['model'], ['day'], ['cascade']];
const NOT_COARSE: ReadonlySet<RollupDimension> = new Set(['hour', 'user', 'project', 'key']);

/** What was spent, by whatever a client wants to see it by. */
@Injectable()
export class CostsService {
  constructor(
    private readonly rollups: RollupQuery,
    private readonly clock: Clock,
  ) {}

  async costs(caller: Caller, query: CostsQueryDto): Promise<CostsDto> {
    const groupBy = query.group_by;
    const nowMs = this.clock.now();
    const limits = groupBy === 'hour' ? DAYS_BY_HOUR : DAYS;
    const period = readPeriod(query, { nowMs, timeZone: caller.timeZone, limits });
    const scope =
      groupBy === 'organization' && query.organization_id === undefined
        ? everyOrganization(caller)
        : scopeOf(caller, query.organization_id);
    const { from, until } = period;
    const filter: RollupFilter = { scope, from, until, provider: query.provider, model: query.model };
    // People, keys and hours are in tables of their own; everything else comes from one pass over the smallest.
    const apart = NOT_COARSE.has(groupBy);
    const [common, extra] = await Promise.all([
      this.rollups.read(filter, apart ? COARSE : [...COARSE, [groupBy]]),
      apart ? this.rollups.read(filter, [[groupBy]]) : undefined,
    ]);
    const [total = [], byProvider = [], byModel = [], byDay = [], byCascade = [], grouped = []] = common;
    return toCosts(
      {
        total: total[0] ?? NO_FIGURES,
        grouped: extra?.[0] ?? grouped,
        byProvider,
        byModel,
        byDay,
        byCascade,
      },
      { period, groupBy, generatedAt: new Date(nowMs) },
    );
  }
}
