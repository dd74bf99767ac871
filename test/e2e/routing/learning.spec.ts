import type { INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Caller } from '../../../src/access/caller';
import { ApiKeyAuthenticator } from '../../../src/auth/api-key-authenticator';
import { CONFIG_CLASSES } from '../../../src/config-classes';
import { TenantLearner } from '../../../src/decisions/learning/tenant-learner';
import { RouterLearning } from '../../../src/decisions/learning/router-learning';
import { OutcomeRepository } from '../../../src/decisions/outcomes/outcome.repository';
import { loadConfig } from '../../../src/platform/config/load-config';
import { chatBody } from '../../support/app-client';
import { describeInBothShapes, startOn, startWorker, type TestApp } from '../../support/create-app';
import { eventually } from '../../support/eventually';
import { prepareInstallation } from '../../support/installation';
import { planRequests, type PlannedDecision } from '../../support/planned-decisions';
import { expectStatus } from '../../support/tenants';

const TALK = 'Tell me about climate change';
const CODE = 'Write a Python function that reverses a linked list';
const SETTINGS = '/v1/router-learning';
/** Explored ones are one in twenty per model; both halves need thirty of them. */
const DECISIONS = 5_000;

interface Result {
  readonly outcome: string;
  readonly reason?: string;
  readonly router_id?: string;
  readonly verdict?: Record<string, unknown>;
}

describeInBothShapes('learning from decisions', (shape) => {
  let app: TestApp;
  let caller: Caller;
  let worker: INestApplicationContext | undefined;

  async function start(explorationPermille: number): Promise<void> {
    const installation = await prepareInstallation({
      shape,
      settings: {
        ROUTER_EXPLORATION_PERMILLE: String(explorationPermille),
        // What is learned is to be seen by itself.
        ROUTER_LEARN_FROM_OUTCOMES: 'false',
      },
    });
    app = await startOn(installation, () => installation.remove());
    if (shape === 'services') worker = await startWorker(loadConfig(CONFIG_CLASSES, installation.settings));
    const outcome = await app.app.get(ApiKeyAuthenticator).authenticate(app.adminKey, '127.0.0.1');
    if (outcome.kind !== 'authenticated') throw new Error('the administrator is not known');
    caller = outcome.caller;
  }
  afterEach(async () => {
    await worker?.close();
    worker = undefined;
    await app.stop();
  }, 60_000);

  const prompts = (count: number): readonly string[] =>
    Array.from({ length: count }, (_, i) => (i % 2 === 0 ? TALK : CODE));

  async function giveFeedback(
    decisions: readonly PlannedDecision[],
    scoreOf: (decision: PlannedDecision) => number,
  ): Promise<void> {
    const rows = decisions.map((decision) => {
      const slash = decision.model.indexOf('/');
      return {
        request_id: decision.requestId,
        user_id: caller.userId,
        organization_id: caller.organizationId,
        provider: decision.model.slice(0, slash),
        model: decision.model.slice(slash + 1),
        intent: decision.intent,
        score: scoreOf(decision),
      };
    });
    await app.app.get(DataSource).query(
      `INSERT INTO routing_feedback (request_id, user_id, organization_id, provider, model, intent, band, score)
       SELECT request_id, user_id, organization_id, provider, model, intent, 5, score
       FROM jsonb_to_recordset($1::jsonb) AS r(request_id text, user_id text, organization_id text, provider text,
         model text, intent text, score double precision)`,
      [JSON.stringify(rows)],
    );
  }

  /** What can be seen of answers without anybody saying anything. */
  async function noteForms(
    decisions: readonly PlannedDecision[],
    scoreOf: (decision: PlannedDecision) => number,
  ): Promise<void> {
    const answers = decisions.map((decision) => {
      const [provider = '', model = ''] = decision.model.split('/');
      return {
        request_id: decision.requestId,
        organization_id: caller.organizationId,
        provider,
        model,
        source: 'check' as const,
        score: scoreOf(decision),
      };
    });
    await app.app.get(OutcomeRepository).book({ batch_id: 'evt_forms', counts: [], answers });
  }

  /** The whole turn, by whichever process takes it. */
  async function learn(settings: Record<string, unknown>): Promise<Result> {
    const before = (await app.get(SETTINGS)).body['last_run_at'];
    await expectStatus(200, app.request('PUT', SETTINGS, { body: { enabled: true, ...settings } }));
    const task = (worker ?? app.app).get(RouterLearning, { strict: false });
    let result: Result | undefined;
    await eventually(async () => {
      await task.run(new AbortController().signal);
      const { body } = await app.get(SETTINGS);
      if (body['last_run_at'] === before || body['last_result'] === null) throw new Error('not yet');
      result = body['last_result'] as Result;
    }, 8_000);
    if (!result) throw new Error('no result');
    return result;
  }

  /** First choice of the plan; the probability of another is left to exploration. */
  async function planned(
    prompt: string,
  ): Promise<{ readonly steps: readonly string[]; readonly by: string }> {
    const { body } = await app.post('/v1/router/explain', chatBody(prompt));
    const { plan, decision } = body as unknown as {
      plan: { steps: { model: string }[] };
      decision: { predicted_by: string };
    };
    return { steps: plan.steps.map(({ model }) => model), by: decision.predicted_by };
  }

  /** The model that answers most of the time. */
  function favourite(prompt: string): string {
    const counts = new Map<string, number>();
    for (const { model } of planRequests(
      app,
      caller,
      Array.from({ length: 60 }, () => prompt),
    ))
      counts.set(model, (counts.get(model) ?? 0) + 1);
    return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? '';
  }

  it('activates a router that people’s feedback speaks for, and changes the choice for that intent only', async () => {
    await start(200);
    const before = { talk: favourite(TALK), code: favourite(CODE), by: (await planned(TALK)).by };
    const liked = (await planned(TALK)).steps.find((model) => model !== before.talk) ?? '';
    const decisions = planRequests(app, caller, prompts(DECISIONS));
    await app.settled();
    await giveFeedback(decisions, ({ prompt, model }) => {
      if (prompt === CODE) return model === before.code ? 1 : 0.6;
      return model === liked ? 1 : 0.2;
    });

    const proposed = await learn({ automatic_activation: false });
    // A turn that began before the organization turned activation off.
    const late = await (worker ?? app.app).get(TenantLearner, { strict: false }).learn(
      {
        organizationId: caller.organizationId,
        enabled: true,
        automatic: true,
        implicitOutcomes: false,
        minOutcomes: 400,
        lastDecisionId: undefined,
      },
      new AbortController().signal,
    );
    const asBefore = favourite(TALK);
    const activated = await learn({ automatic_activation: true });
    const after = await planned(TALK);
    const routers = await app.get('/v1/routers');
    const waiting = await learn({ automatic_activation: true });
    const [learnedTalk, learnedCode] = [favourite(TALK), favourite(CODE)];
    const rolledBack = await app.post('/v1/routers/rollback', {});
    const settings = await app.get(SETTINGS);

    expect(proposed).toMatchObject({
      outcome: 'proposed',
      verdict: { kind: 'better', unsupported_share: 0 },
    });
    expect(late.result).toMatchObject({ outcome: 'proposed' });
    expect(asBefore).toBe(before.talk);
    expect(activated).toMatchObject({
      outcome: 'activated',
      router_id: proposed.router_id,
      verdict: { difference: { low: expect.any(Number) as number } },
    });
    expect(learnedTalk).toBe(liked);
    expect(learnedCode).toBe(before.code);
    expect(rolledBack.body).toEqual({ active_router_id: null });
    expect(settings.body).toMatchObject({ enabled: true, automatic_activation: false });
    expect(favourite(TALK)).toBe(before.talk);
    expect(after.by).not.toBe(before.by);
    expect(routers.body).toMatchObject({
      data: [{ id: proposed.router_id, origin: 'learned', active: true, verdict: { kind: 'better' } }],
    });
    expect(JSON.stringify(routers.body)).not.toContain('climate');
    expect(waiting).toMatchObject({
      outcome: 'waiting',
      reason: expect.stringContaining('of 400 decisions'),
      last_attempt: { outcome: 'activated' },
    });
    await app.settled();
    const events = await app.get('/v1/audit/events?limit=50');
    expect(events.body['data']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          action: 'router.activate',
          actor: expect.objectContaining({ kind: 'system' }),
        }),
        expect.objectContaining({ action: 'router_learning.update' }),
      ]),
    );
  }, 180_000);

  it('learns from the form of answers when the tenant wants that, and from nothing said otherwise', async () => {
    await start(200);
    const before = favourite(TALK);
    const liked = (await planned(TALK)).steps.find((model) => model !== before) ?? '';
    const decisions = planRequests(app, caller, prompts(DECISIONS));
    await app.settled();
    await noteForms(decisions, ({ prompt, model }) => (prompt === CODE || model === liked ? 1 : 0));

    const withoutThem = await learn({});
    const withThem = await learn({ implicit_outcomes: true });

    expect(withoutThem).toMatchObject({ outcome: 'waiting', decisions: 0 });
    expect(withThem).toMatchObject({ outcome: 'proposed', verdict: { kind: 'better' } });
  }, 180_000);

  it('activates nothing where the present policy never tried another model, and says so', async () => {
    await start(0);
    const before = await planned(TALK);
    const decisions = planRequests(app, caller, prompts(1_200));
    await app.settled();
    await giveFeedback(decisions, ({ prompt }) => (prompt === TALK ? 0.1 : 1));

    const result = await learn({ automatic_activation: true });

    expect(result).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('never tried under the logged policy'),
    });
    expect((await app.get('/v1/routers')).body).toMatchObject({ data: [] });
    expect(await planned(TALK)).toEqual(before);
  }, 120_000);
});
