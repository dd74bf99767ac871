import { NO_ACCESS_RULES } from '../../src/access/access-rules';
import { newId } from '../../src/common/ids';
import type { DecisionEvent } from '../../src/decisions/store/decision-event';
import type { DecisionRecord } from '../../src/routing/decision-record';
import type { RoutingProfile } from '../../src/routing/routing-profile';
import { chatRequest } from './chat-request-samples';
import { TIERED_CARDS, catalogOf, tieredOffers } from './routing-samples';
import { testRouter } from './test-router';

const PROMPTS = ['What is 2+2?', 'Tell me about climate change', 'Analyze the time complexity of merge sort'];

export interface LogOptions {
  readonly count: number;
  readonly explorationPermille: number;
  readonly organizationId?: string;
  /** When the first decision was made; one per second follows. */
  readonly startMs: number;
}

/** A decision as it goes to its table, and the model it chose. */
export interface MadeDecision {
  readonly event: DecisionEvent;
  readonly record: DecisionRecord;
  readonly model: string;
  readonly provider: string;
}

/** Decisions among the tiered sample cards, as the hybrid engine makes them. */
export function makeDecisions(options: LogOptions): {
  made: readonly MadeDecision[];
  profile: RoutingProfile;
  profileVersion: string;
} {
  const { count, explorationPermille, organizationId = 'org_1', startMs } = options;
  const router = testRouter({
    ROUTER_DEFAULT_STRATEGY: 'hybrid',
    ROUTER_EXPLORATION_PERMILLE: String(explorationPermille),
  });
  const catalog = catalogOf(TIERED_CARDS);
  const made = Array.from({ length: count }, (_, i): MadeDecision => {
    const nowMs = startMs + i * 1_000;
    const decisionId = newId('dec', nowMs);
    const request = chatRequest(PROMPTS[i % PROMPTS.length] ?? '', {});
    const decision = router.decide({
      decisionId,
      request,
      analysis: router.analyze(request),
      preference: router.preferenceOf(undefined),
      offers: tieredOffers(),
      catalog,
      modelRules: [NO_ACCESS_RULES],
      regionRules: [NO_ACCESS_RULES],
      region: undefined,
      remainingBudget: undefined,
      expectedOutputTokens: 300,
      today: '2026-06-01',
      seed: i * 2_654_435,
    });
    const record = decision.toRecord();
    const chosen = TIERED_CARDS[Number(record.c[record.n[0] ?? 0])];
    return {
      record,
      model: chosen?.model ?? '',
      provider: chosen?.provider ?? '',
      event: {
        decision_id: decisionId,
        organization_id: organizationId,
        request_id: newId('req', nowMs),
        user_id: 'usr_1',
        api_key_id: null,
        experiment_id: null,
        variant: null,
        record: JSON.stringify(record),
      },
    };
  });
  return { made, profile: router.profile, profileVersion: router.profileVersion };
}
