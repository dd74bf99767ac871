import { DataSource } from 'typeorm';
import { ApiKeyAuthenticator } from '../../../src/auth/api-key-authenticator';
import { LoggedDecisionReader } from '../../../src/decisions/replay/logged-decision-reader';
import { FeedbackRepository } from '../../../src/decisions/feedback/feedback.repository';
import { OutcomeRepository } from '../../../src/decisions/outcomes/outcome.repository';
import { OutcomeTally } from '../../../src/decisions/outcomes/outcome-tally';
import { OutcomeEvidence } from '../../../src/gateway/learning/outcome-evidence';
import { chatBody } from '../../support/app-client';
import { createApp, describeInBothShapes, type TestApp } from '../../support/create-app';

const QUESTION = 'Tell me about climate change';
const TODAY = new Date().toISOString().slice(0, 10);

interface Explained {
  readonly decision: { readonly candidates: readonly { model: string; predicted_quality: number }[] };
}

describeInBothShapes('feedback', (shape) => {
  let app: TestApp;
  let organizationId: string;

  beforeAll(async () => {
    app = await createApp({ shape });
    organizationId = await organizationOf(app);
  }, 90_000);
  afterAll(() => app.stop(), 60_000);
  beforeEach(() => app.vendor.reset());

  async function organizationOf(of: TestApp): Promise<string> {
    const outcome = await of.app.get(ApiKeyAuthenticator).authenticate(of.adminKey, '127.0.0.1');
    if (outcome.kind !== 'authenticated') throw new Error('the administrator is not known');
    return outcome.caller.organizationId;
  }

  async function answered(key: string, body = chatBody(QUESTION)): Promise<string> {
    const answer = await app.chat(body, { key });
    await app.settled();
    return answer.headers.get('x-modelmuxer-request-id') ?? '';
  }

  async function predicted(model: string): Promise<number> {
    await app.app.get(OutcomeTally).flush();
    await app.settled();
    await app.app.get(OutcomeEvidence).refresh(organizationId);
    const { body } = await app.post('/v1/router/explain', chatBody(QUESTION));
    const { candidates } = (body as unknown as Explained).decision;
    return candidates.find((candidate) => candidate.model === model)?.predicted_quality ?? -1;
  }

  it('is taken once per user and request, the last word counts, and the comment is not kept', async () => {
    const key = app.newUser();
    const id = await answered(key, chatBody('hello', { model: 'gpt-4o-mini' }));
    const first = await app.post(
      '/v1/feedback',
      { request_id: id, score: 0.25, comment: 'too short' },
      { key },
    );
    const second = await app.post('/v1/feedback', { request_id: id, rating: 'up' }, { key });
    const sums = await app.app.get(OutcomeRepository).sumByModel(organizationId, TODAY);

    expect(first.status).toBe(201);
    expect(first.body).toEqual({
      request_id: id,
      score: 0.25,
      model: 'openai/gpt-4o-mini',
      comment_kept: false,
    });
    expect(second.body).toMatchObject({ score: 1 });
    expect(sums.filter(({ source }) => source === 'feedback')).toEqual([
      expect.objectContaining({ provider: 'openai', model: 'gpt-4o-mini', count: 1, scoreSum: 1 }),
    ]);
  });

  it('of one user does not outvote all others, however much of it there is', async () => {
    const say = async (userId: string, model: string, times: number, score: number): Promise<void> => {
      const common = {
        organizationId: 'org_flood',
        userId,
        provider: 'p',
        model,
        intent: 'chat_lite',
        band: 5,
      };
      for (let i = 0; i < times; i++)
        await app.app
          .get(FeedbackRepository)
          .keep({ ...common, requestId: `req_${userId}_${model}_${i}`, score });
    };
    await say('loud', 'disputed', 100, 0);
    for (const user of ['a', 'b', 'c']) await say(user, 'disputed', 10, 1);
    await say('loud', 'hardly known', 100, 0);
    await say('a', 'hardly known', 2, 1);
    await say('loud', 'only theirs', 100, 0);

    const sums = await app.app.get(OutcomeRepository).sumByModel('org_flood', TODAY);

    expect(new Map(sums.map(({ model, count, scoreSum }) => [model, [count, scoreSum]]))).toEqual(
      new Map([
        ['disputed', [60, 30]],
        ['hardly known', [22, 2]],
        ['only theirs', [100, 0]],
      ]),
    );
  });

  it('is about own requests only', async () => {
    const id = await answered(app.newUser());
    const stranger = await app.post('/v1/feedback', { request_id: id, score: 1 }, { key: app.newUser() });
    const nobody = await app.post('/v1/feedback', {
      request_id: 'req_00000000000000000000000000',
      score: 1,
    });

    expect([stranger.status, nobody.status]).toEqual([404, 404]);
  });

  it.each([
    [{}],
    [{ score: 1 }],
    [{ request_id: 'req_00000000000000000000000000' }],
    [{ request_id: 'req_00000000000000000000000000', score: 2 }],
    [{ request_id: 'req_00000000000000000000000000', score: 1, rating: 'up' }],
    [{ request_id: 'req_00000000000000000000000000', rating: 'meh' }],
    [{ request_id: 'req_00000000000000000000000000', score: 1, more: true }],
    [{ request_id: "x'; --", score: 1 }],
  ])('refuses %j with 400', async (body) => {
    expect((await app.post('/v1/feedback', body)).status).toBe(400);
  });

  it('changes what is predicted of the model for such requests, as do faulty answers', async () => {
    const key = app.newUser();
    const model = 'openai/gpt-4.1';
    const before = await predicted(model);
    for (let i = 0; i < 4; i++) {
      const id = await answered(key, chatBody(QUESTION, { model: 'gpt-4.1' }));
      await app.post('/v1/feedback', { request_id: id, rating: 'down' }, { key });
    }
    const after = await predicted(model);
    app.vendor.respond(() => ({ text: "I'm sorry, but I cannot help with that." }));
    for (let i = 0; i < 4; i++) await answered(key, chatBody(QUESTION, { model: 'gpt-4.1' }));
    const afterRefusals = await predicted(model);
    for (let i = 0; i < 4; i++)
      await answered(key, chatBody(QUESTION, { model: 'gpt-4.1', enable_analytics: false }));

    expect(after).toBeCloseTo((before * 20) / 24, 2);
    expect(afterRefusals).toBeLessThan(after);
    expect(await predicted(model)).toBe(afterRefusals);
  });

  it('counts a batch of outcomes once, however often it is delivered', async () => {
    const outcomes = app.app.get(OutcomeRepository);
    const count = {
      organization_id: 'org_x',
      provider: 'p',
      model: 'm',
      intent: 'chat_lite',
      band: 3,
      source: 'check' as const,
      day: TODAY,
      count: 5,
      score_sum: 4,
    };
    for (let i = 0; i < 3; i++) await outcomes.book({ batch_id: 'evt_a', counts: [count] });
    await outcomes.book({ batch_id: 'evt_b', counts: [count] });

    expect(await outcomes.sumByModel('org_x', TODAY)).toEqual([
      { provider: 'p', model: 'm', intent: 'chat_lite', source: 'check', count: 10, scoreSum: 8 },
    ]);
    expect(await outcomes.sumByBand('org_x', TODAY)).toEqual([
      { intent: 'chat_lite', band: 3, count: 10, scoreSum: 8 },
    ]);
  });

  it('is joined with decisions by request, as are the forms of streamed answers, complaints and repetitions', async () => {
    const key = app.newUser();
    const asked = async (
      text: string,
      reply: string,
      conversation: readonly object[] = [],
    ): Promise<string> => {
      app.vendor.respond(() => ({ text: reply }));
      const messages = [...conversation, { role: 'user', content: text }];
      const answer = await app.stream({ ...chatBody(text), messages }, { key });
      await app.settled();
      return answer.headers.get('x-modelmuxer-request-id') ?? '';
    };
    const turns = [
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'How can I help?' },
    ];
    const refused = await asked('What is a fjord?', "I'm sorry, but I cannot help with that.");
    const sound = await asked('What is a glacier?', 'A river of ice.');
    const praised = await asked('What is a moraine?', 'What a glacier leaves behind.');
    const repeated = await asked('What is an esker?', 'A ridge.', turns);
    await asked('What is an esker?', 'A long ridge of gravel.', turns);
    const { body } = await app.post('/v1/feedback', { request_id: praised, score: 0.7 }, { key });
    await app.app.get(OutcomeTally).flush();
    await app.settled();
    const outcomesOf = async (implicitOutcomes: boolean): Promise<ReadonlyMap<string, number>> => {
      const known = new Map<string, number>();
      const dataSource = app.app.get(DataSource);
      const period = { from: TODAY, to: new Date().toISOString().slice(0, 10), organizationId };
      const rows = await dataSource.query<{ decision_id: string; request_id: string }[]>(
        'SELECT decision_id, request_id FROM routing_decision',
      );
      const requests = new Map(rows.map((row) => [row.decision_id, row.request_id]));
      for await (const page of new LoggedDecisionReader(dataSource).read({ ...period, implicitOutcomes }))
        for (const { record, outcome } of page.decisions) known.set(requests.get(record.id) ?? '', outcome);
      return known;
    };
    const stated = await outcomesOf(false);
    const all = await outcomesOf(true);
    const ids = [refused, sound, praised, repeated];

    expect(body).toMatchObject({ score: 0.7 });
    expect(ids.map((id) => stated.get(id))).toEqual([undefined, undefined, 0.7, undefined]);
    expect(ids.map((id) => all.get(id))).toEqual([0, 1, 0.7, 0]);
  });

  it('is what thresholds of confidence are proposed from', async () => {
    await app.app.get(OutcomeTally).flush();
    await app.settled();
    const { status, body } = await app.get('/v1/router/thresholds');

    expect(status).toBe(200);
    expect(body).toMatchObject({
      current: { low_confidence: expect.any(Number), min_confidence_for_direct: expect.any(Number) },
      proposals: expect.arrayContaining([
        expect.objectContaining({ intent: 'all', outcomes: expect.any(Number) }),
      ]),
      bands: expect.arrayContaining([expect.objectContaining({ good_share: expect.any(Number) })]),
    });
  });
});
