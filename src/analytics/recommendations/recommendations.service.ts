import { Injectable } from '@nestjs/common';
import { ModelCatalog } from '../../catalog/model-catalog';
import { priceRowAt } from '../../catalog/price-book';
import { costOfTokens, displayUsd, toUsdNumber } from '../../common/money';
import type { AnalyticsPeriod } from '../analytics-period';
import { toPeriod } from '../period.dto';
import { RollupQuery, type RollupFilter } from '../rollup.query';
import { cheaperModels } from './cheaper-models';
import type { RecommendationDto, RecommendationsDto } from './recommendation.dto';
import { MAX_REQUESTS } from './recent-requests';
import { RepeatedQuestionsQuery, type RepeatedQuestion } from './repeated-questions.query';
import { WasteQuery, type IdleKey, type OversizedLimit } from './waste.query';

/** Where money or room is spent for nothing, with the amount and how it was computed. */
@Injectable()
export class RecommendationsService {
  constructor(
    private readonly rollups: RollupQuery,
    private readonly waste: WasteQuery,
    private readonly questions: RepeatedQuestionsQuery,
    private readonly catalog: ModelCatalog,
  ) {}

  async read(filter: RollupFilter, period: AnalyticsPeriod, now: Date): Promise<RecommendationsDto> {
    const [[groups = []], limits, keys, repeated] = await Promise.all([
      this.rollups.read(filter, [['provider', 'model']]),
      this.waste.findOversizedLimits(filter),
      this.waste.findIdleKeys(filter),
      this.questions.find(filter),
    ]);
    const data = [
      ...cheaperModels({ groups, cards: this.catalog.list(), atMs: now.getTime() }),
      ...repeated.map(toCacheCandidate),
      ...limits.map((limit) => this.toOversized(limit, now.getTime())),
      ...keys.map((key) => toIdle(key, this.waste.idleDays)),
    ];
    return {
      period: toPeriod(period),
      data: data.toSorted((a, b) => b.saves - a.saves),
      generated_at: now.toISOString(),
    };
  }

  /** A limit is no cost, but the worst case is held while a request runs and keeps others out of the budget. */
  private toOversized(limit: OversizedLimit, atMs: number): RecommendationDto {
    const { provider, model, requests, mean_limit, longest_answer, enough } = limit;
    const card = this.catalog.find(provider, model);
    const price = card && priceRowAt(card, atMs)?.perMillion.outputText;
    const freed = costOfTokens([
      { tokens: Math.max(0, mean_limit - enough), nanoUsdPerMillion: price ?? 0n },
    ]);
    return {
      kind: 'oversized_max_tokens',
      title: `Lower max_tokens for ${provider}/${model} to ${enough}`,
      saves: 0,
      saves_nano_usd: '0',
      basis: `The longest of ${requests} answers had ${longest_answer} tokens, the limit asked for was ${mean_limit} on average. Each request reserves about $${displayUsd(freed)} of its budgets for nothing while it runs.`,
      facts: { ...limit, frees_nano_usd_per_request: freed.toString() },
    };
  }
}

/** What was really paid, not what list prices say: prompt caches of vendors may have made repetitions cheaper already. */
function toCacheCandidate(question: RepeatedQuestion): RecommendationDto {
  const { requests, repeats, endpoint, model, repeats_nano_usd } = question;
  const saves = BigInt(repeats_nano_usd);
  return {
    kind: 'cache_candidate',
    title: `Answer a question that was asked ${requests} times of ${model} from a cache (${endpoint})`,
    saves: toUsdNumber(saves),
    saves_nano_usd: saves.toString(),
    basis: `Of ${requests} equal requests among the latest ${MAX_REQUESTS} of the period ${repeats} came after an equal one of the same day (UTC) and cost $${displayUsd(saves)} by the ledger. A cache that keeps answers for a day would have saved that; where answers are meant to vary, it is no candidate.`,
    facts: { ...question },
  };
}

function toIdle({ id, name, prefix, last_used_at }: IdleKey, days: number): RecommendationDto {
  return {
    kind: 'idle_key',
    title: `Revoke the API key ${prefix}… (${name})`,
    saves: 0,
    saves_nano_usd: '0',
    basis: `Not used for more than ${days} days. It costs nothing and can be stolen.`,
    facts: { api_key_id: id, last_used_at: last_used_at?.toISOString() ?? null },
  };
}
