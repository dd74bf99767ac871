import { NO_ACCESS_RULES } from '../../../src/access/access-rules';
import { DecisionRepository } from '../../../src/decisions/store/decision.repository';
import { ChatPlanner } from '../../../src/gateway/chat-planner';
import { DecisionLookup } from '../../../src/gateway/decisions/decision-lookup';
import { RoutingHints } from '../../../src/gateway/planning/routing-hints';
import type { PlanningInput } from '../../../src/gateway/planning/route-decider';
import { RouterService } from '../../../src/routing/router.service';
import { chatRequest } from '../../support/chat-request-samples';
import { caller } from '../../support/cost-kit';
import { startOn, type TestApp } from '../../support/create-app';
import { prepareInstallation } from '../../support/installation';
import { LABELLED_PROMPTS } from '../../support/labelled-prompts';

const DECISIONS = 1_200;
const OBJECTIVES = ['cost', 'balanced', 'quality', 'speed'];
const prompts = Object.values(LABELLED_PROMPTS).flat();
const who = caller();

function inputOf(app: TestApp, number: number): PlanningInput {
  const router = app.app.get(RouterService);
  const wishes = [undefined, ...OBJECTIVES, ...router.strategyNames()];
  const model = number % 17 === 0 ? 'gpt-4o-mini' : undefined;
  const original = chatRequest(prompts[number % prompts.length] ?? '', { model });
  return {
    caller: who,
    original,
    policy: {
      blocked: false,
      reasons: [],
      request: original,
      redactions: new Map(),
      modelRules: NO_ACCESS_RULES,
      regionRules: NO_ACCESS_RULES,
    },
    preferences: {
      routing: router.preferenceOf(wishes[number % wishes.length]),
      ceilingNanoUsd: undefined,
      region: undefined,
      session: `session-${number % 40}`,
      metadataInStream: false,
      learn: true,
    },
    requestedModel: model,
    search: {},
    experiment: undefined,
    thresholds: undefined,
    route: '/v1/chat/completions',
    requestId: `req_${number}`,
    span: undefined,
  };
}

/** Plans like the service does; some answers warm a cache and leave a budget, as they would in traffic. */
function decideMany(app: TestApp): string[] {
  const planner = app.app.get(ChatPlanner);
  const hints = app.app.get(RoutingHints);
  return Array.from({ length: DECISIONS }, (_unused, number) => {
    const input = inputOf(app, number);
    const { decisionId, plan } = planner.plan(input, undefined);
    const [first] = plan.steps;
    const { session } = input.preferences;
    if (first && number % 3 === 0)
      hints.rememberAnswer(
        { caller: who, request: input.original, session },
        { card: first.card, region: first.region, tokens: 9_000 },
      );
    hints.rememberBudgetLeft(who, BigInt(number) * 1_000_000n);
    return decisionId;
  });
}

async function replayAll(app: TestApp, ids: readonly string[]): Promise<readonly unknown[]> {
  const lookup = app.app.get(DecisionLookup);
  const different: unknown[] = [];
  for (const id of ids) {
    const replay = await lookup.replay(who.organizationId, id);
    if (replay['identical'] !== true) different.push(replay);
  }
  return different;
}

describe('stored routing decisions', () => {
  it(`of all engines replay byte for byte, ${DECISIONS} of them, also under another catalogue and other weights after a restart`, async () => {
    const installation = await prepareInstallation({ settings: { ROUTER_EXPLORATION_PERMILLE: '150' } });
    const first = await startOn(installation);
    const ids = decideMany(first);
    await first.settled();
    const engines = first.app.get(RouterService).strategyNames();
    const stored = await first.app.get(DecisionRepository).findRecorded(ids);
    const before = await replayAll(first, ids);
    await first.stop();
    const changed = {
      EXTRA_PROVIDERS: JSON.stringify({
        new: {
          base_url: 'http://127.0.0.1:9/v1',
          models: [{ id: 'new-model', context: 8_000, max_output: 1_000, price: { input: 1, output: 1 } }],
        },
      }),
      ROUTER_OBJECTIVE_WEIGHTS: '{"balanced": {"quality": 1, "price": 5, "speed": 1}}',
    };
    const settings = { ...installation.settings, ...changed };
    const second = await startOn({ ...installation, settings }, () => installation.remove());
    const after = await replayAll(second, ids);
    const foreign = await second.app.get(DecisionRepository).find('org_other', ids[0] ?? '');
    await second.stop();

    expect(engines).toEqual(expect.arrayContaining(['heuristic', 'hybrid']));
    expect(stored.size).toBe(DECISIONS);
    expect(before).toEqual([]);
    expect(after).toEqual([]);
    expect(foreign).toBeUndefined();
  }, 180_000);
});
