import { CostKit, caller } from '../../test/support/cost-kit';
import { plainPreparation } from '../../test/support/plain-preparation';
import { quietClosing } from '../../test/support/execution-kit';
import { quietOutcomes } from '../../test/support/quiet-outcomes';
import { chatRequest } from '../../test/support/chat-request-samples';
import { AppError } from '../common/app-error';
import type { NanoUsd } from '../common/money';
import { COST_ERRORS } from '../cost/cost.errors';
import type { ChatGatewayRequest, ReadyChat } from './chat-gateway-request';
import { ChatEpilogue } from './chat-epilogue';
import type { ChatPlan, ChatPlanner } from './chat-planner';
import { ChatService } from './chat.service';
import type { CascadeExecutor } from './execution/cascade-executor';
import type { PlanExecutor } from './execution/plan-executor';
import { RunSettlement } from './execution/run-settlement';
import { RoutingHints } from './planning/routing-hints';

const USD = 1_000_000_000n;
const SIGNAL = new AbortController().signal;
const TOO_DEAR = new AppError(COST_ERRORS.insufficientBudget, { public: 'nothing fits' });

function plan(name: string, worstCaseNanoUsd: NanoUsd): ChatPlan {
  return {
    decisionId: name,
    plan: { strategy: 'heuristic', objective: 'balanced', steps: [] },
    analysis: { intent: { label: 'chat_lite' } },
    targets: [{ card: { provider: 'openai', model: name }, worstCaseNanoUsd, worstCaseTokens: 100 }],
  } as unknown as ChatPlan;
}

/** A service that gets one plan after the other, on a budget of ten dollars a day. */
function fixture(plans: readonly (ChatPlan | Error)[], settings: Readonly<Record<string, string>> = {}) {
  const cost = new CostKit({ DEFAULT_DAILY_BUDGET: '10', ...settings });
  const limits: (NanoUsd | undefined)[] = [];
  const left = [...plans];
  const planner = {
    drained: () => Promise.resolve(),
    prepare: () => undefined,
    plan: (_: unknown, limit: NanoUsd | undefined) => {
      limits.push(limit);
      const next = left.shift();
      if (!next || next instanceof Error) throw next ?? new Error('asked for one plan too many');
      return next;
    },
  };
  const service = new ChatService(
    planner as unknown as ChatPlanner,
    cost.admission,
    {} as PlanExecutor,
    {} as CascadeExecutor,
    new ChatEpilogue(
      new RunSettlement(cost.admission, quietClosing()),
      new RoutingHints(cost.clock),
      quietOutcomes(),
    ),
    plainPreparation(),
  );
  return { cost, limits, service };
}

const REQUEST = {
  state: { requestId: 'req_1', caller: caller() },
  route: { path: '/v1/chat/completions' },
} as unknown as ChatGatewayRequest;

function chat(ceilingNanoUsd?: NanoUsd): ReadyChat {
  const original = chatRequest('Hi', { model: 'auto' });
  return {
    original,
    preferences: { ceilingNanoUsd, routing: { engine: 'heuristic' } },
    policy: { request: chatRequest('redacted') },
  } as unknown as ReadyChat;
}

describe('ChatService.admit', () => {
  it('reserves the worst case of the first target and runs what policy left of the request', async () => {
    const { cost, service } = fixture([plan('first', 4n * USD)]);

    const { run } = await service.admit(REQUEST, chat(), SIGNAL);

    await expect(cost.daily()).resolves.toMatchObject({ held: 4n * USD });
    expect(run).toMatchObject({
      requestedModel: 'auto',
      route: '/v1/chat/completions',
      chat: chatRequest('redacted'),
    });
  });

  it('asks once for a plan that fits when the budget has no room for the first', async () => {
    const { cost, limits, service } = fixture([plan('dear', 11n * USD), plan('cheap', 9n * USD)]);
    await cost.hold(1n * USD);

    const admitted = await service.admit(REQUEST, chat(), SIGNAL);

    expect(admitted.plan.decisionId).toBe('cheap');
    expect(limits).toEqual([undefined, 9n * USD]);
    await expect(cost.daily()).resolves.toMatchObject({ held: 10n * USD });
  });

  it('plans within the client’s own limit when that is the tighter one', async () => {
    const { limits, service } = fixture([plan('dear', 11n * USD), plan('cheap', 1n * USD)]);

    await service.admit(REQUEST, chat(2n * USD), SIGNAL);

    expect(limits).toEqual([2n * USD, 2n * USD]);
  });

  it.each([
    ['nothing cheaper can answer', [plan('dear', 11n * USD), TOO_DEAR]],
    ['the second plan does not fit either', [plan('dear', 11n * USD), plan('dear too', 12n * USD)]],
  ])('refuses with the budget that has no room when %s', async (_, plans) => {
    const { cost, service } = fixture(plans);

    await expect(service.admit(REQUEST, chat(), SIGNAL)).rejects.toMatchObject({
      code: 'insufficient_budget',
      details: { window: 'daily', limit: 10, estimate: 11 },
    });
    await expect(cost.daily()).resolves.toEqual({ spent: 0n, held: 0n });
  });

  it('does not look for something cheaper when tokens are what is missing', async () => {
    const { limits, service } = fixture([plan('first', 1n)], { RATE_LIMIT_TOKENS_PER_MINUTE: '50' });

    await expect(service.admit(REQUEST, chat(), SIGNAL)).rejects.toMatchObject({
      code: 'tokens_rate_limit_exceeded',
    });

    expect(limits).toHaveLength(1);
  });

  it('does not hide a mistake of the planner behind a refusal', async () => {
    const { service } = fixture([plan('dear', 11n * USD), new TypeError('bug')]);

    await expect(service.admit(REQUEST, chat(), SIGNAL)).rejects.toThrow('bug');
  });

  it('reserves nothing when there is no plan', async () => {
    const { cost, service } = fixture([TOO_DEAR]);

    await expect(service.admit(REQUEST, chat(), SIGNAL)).rejects.toBe(TOO_DEAR);

    expect(cost.store.holds).toEqual([]);
  });
});

describe('ChatService.finish', () => {
  it('settles with what the attempts took, once, however often it is called', async () => {
    const { cost, service } = fixture([plan('first', 4n * USD)]);
    const admitted = await service.admit(REQUEST, chat(), SIGNAL);
    admitted.run.tally.add(3n, 20);

    service.finish(admitted);
    await service.drained();
    service.finish(admitted);
    await service.drained();

    await expect(cost.daily()).resolves.toEqual({ spent: 3n, held: 0n });
    expect(cost.store.settles).toHaveLength(1);
  });

  it('is waited for by a graceful stop', async () => {
    const { cost, service } = fixture([plan('first', 4n * USD)]);
    const admitted = await service.admit(REQUEST, chat(), SIGNAL);
    const gate = Promise.withResolvers<undefined>();
    const settle = cost.store.settle.bind(cost.store);
    jest.spyOn(cost.store, 'settle').mockImplementation(async (request) => {
      await gate.promise;
      return settle(request);
    });

    service.finish(admitted);
    const drained = service.drained().then(() => cost.daily());
    gate.resolve(undefined);

    await expect(drained).resolves.toEqual({ spent: 0n, held: 0n });
  });
});
