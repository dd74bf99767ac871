import { chatBody, type ChatAnswer } from '../../support/app-client';
import { createApp, type LedgerRow, type TestApp } from '../../support/create-app';
import type { RecordedCall } from '../../support/fake-vendor/fake-vendor';
import type { VendorScript } from '../../support/fake-vendor/vendor-script';
import { EXEMPLARS } from '../../../src/routing/semantic/exemplars';
import { StaticEmbedder } from '../../../src/platform/embedding/static/static-embedder';

const MODEL = 'text-embedding-3-small';
/** Nano-USD per token. */
const PRICE = 20n;
const SETTINGS = {
  ROUTER_EMBEDDER: 'remote',
  ROUTER_EMBEDDER_MODEL: `openai/${MODEL}`,
  ROUTER_EMBEDDER_TIMEOUT_MS: '10000',
};
const SEMANTIC = { 'x-routing-strategy': 'semantic' };
const BUILT_IN = new StaticEmbedder().version.slice(0, 8);

type Row = LedgerRow & { readonly purpose: string };

const isEmbedding = ({ path }: RecordedCall): boolean => path.endsWith('/embeddings');

describe('semantic routing with an embedding model of a vendor', () => {
  let app: TestApp;
  let says: VendorScript | undefined;

  beforeAll(async () => {
    app = await createApp({ settings: SETTINGS });
    // The first request has the exemplars embedded, too.
    await ask('the first of all');
  }, 90_000);
  afterAll(() => app.stop(), 60_000);
  beforeEach(() => {
    app.vendor.reset();
    says = undefined;
    app.vendor.respond((call) => (isEmbedding(call) ? says : undefined));
  });

  function ask(
    prompt: string,
    { key, ...headers }: Readonly<Record<string, string>> = {},
  ): Promise<ChatAnswer> {
    return app.chat(chatBody(prompt, { max_tokens: 50 }), { key, headers: { ...SEMANTIC, ...headers } });
  }

  const embeddings = (): readonly RecordedCall[] => app.vendor.calls.filter(isEmbedding);

  async function decisionOf(answer: ChatAnswer): Promise<Record<string, unknown>> {
    const id = answer.headers.get('x-route-decision-id') ?? '';
    await app.settled();
    const replayed = await app.post(`/v1/router/decisions/${id}/replay`, undefined);
    expect(replayed.body).toMatchObject({ identical: true });
    const shown = await app.get(`/v1/router/decisions/${id}`);
    return shown.body['decision'] as Record<string, unknown>;
  }

  it('has embedded the exemplars once, for the tenant that came first', async () => {
    const rows = (await app.ledgerRows()) as readonly Row[];
    await ask('another one');
    const bookings = rows.filter(({ purpose }) => purpose === 'embedding');
    const tokens = EXEMPLARS.reduce((sum, { text }) => sum + Math.ceil(text.length / 4), 0);

    expect(bookings.map(({ prompt_tokens }) => prompt_tokens)).toContain(tokens);
    expect(bookings).toHaveLength(2);
    expect(embeddings()).toHaveLength(1);
  });

  it('decides by the vendor’s vector; the call is booked to the token beside the answer', async () => {
    const key = app.newUser();
    const answer = await ask('Prove that there are infinitely many primes', { key });
    const rows = (await app.rowsOf(answer)) as readonly Row[];
    const booked = rows.find(({ purpose }) => purpose === 'embedding');
    const total = rows.reduce((sum, { cost_nano_usd: cost }) => sum + BigInt(cost), 0n);

    expect(embeddings()[0]?.body).toMatchObject({ model: MODEL, dimensions: 256 });
    expect(booked).toMatchObject({ resolved_model: MODEL, prompt_tokens: 11, cost_source: 'exact' });
    expect(booked?.cost_nano_usd).toBe((11n * PRICE).toString());
    expect(rows.every(({ decision_id }) => decision_id === booked?.decision_id)).toBe(true);
    expect(answer.body.router_metadata.actual_cost_nano_usd).toBe(total.toString());
    expect(await app.spendingOf(key)).toEqual({ spent: total, held: 0n });
    expect(await decisionOf(answer)).toMatchObject({
      strategy: 'semantic',
      predicted_by: expect.not.stringContaining(BUILT_IN),
      embedder_failure: null,
    });
  });

  it('asks for the same text of a tenant once', async () => {
    const first = await ask('What is a monad?');
    const second = await ask('What is a monad?');
    const decisions = [await decisionOf(first), await decisionOf(second)];

    expect(embeddings()).toHaveLength(1);
    expect(decisions[1]?.['predicted_by']).toBe(decisions[0]?.['predicted_by']);
  });

  it('is told what policy left of the text', async () => {
    await ask('Write to jane.doe@example.com about the meeting');

    expect(embeddings()[0]?.rawBody).toContain('about the meeting');
    expect(embeddings()[0]?.rawBody).not.toContain('jane.doe');
  });

  it.each<[string, VendorScript]>([
    ['refuses', { status: 400 }],
    ['answers nonsense', { rawBody: '{"object":"list","data":[]}' }],
  ])('falls back to the built-in embedder when the vendor %s, and says so', async (what, script) => {
    says = script;
    const answer = await ask(`Who was Ada Lovelace, if the vendor ${what}?`);

    expect(answer.status).toBe(200);
    expect(await decisionOf(answer)).toMatchObject({ predicted_by: BUILT_IN, embedder_failure: 'failed' });
    expect(await app.metrics()).toContain(
      'modelmuxer_router_embeddings_total{embedder="remote",outcome="failed"}',
    );
  });

  it('falls back when no budget pays for it, or the client’s own limit is small', async () => {
    const { id, key } = await app.createKey();
    const budget = { scope: { level: 'api_key', id }, model: MODEL, budget_limit: 0, budget_type: 'daily' };
    const made = await app.post('/v1/analytics/budgets', budget);
    const refused = await ask('Who was Grace Hopper?', { key });
    const frugal = await ask(`Who was Alan Turing? ${'Tell me. '.repeat(200)}`, { 'x-max-budget': '0.0003' });

    expect(made.status).toBeLessThan(300);
    expect([refused.status, frugal.status]).toEqual([200, 200]);
    expect(embeddings()).toEqual([]);
    for (const answer of [refused, frugal])
      expect(await decisionOf(answer)).toMatchObject({
        predicted_by: BUILT_IN,
        embedder_failure: 'no_budget',
      });
  });

  it('is not taken for the answer when there is none', async () => {
    app.vendor.respond((call) => (isEmbedding(call) ? undefined : { status: 400 }));
    const answer = await ask('Who was Hedy Lamarr?');
    const rows = (await app.rowsOf(answer)) as readonly Row[];
    const request_id = answer.headers.get('x-modelmuxer-request-id');

    expect(answer.status).toBe(400);
    expect(rows.find(({ purpose }) => purpose === 'embedding')).toMatchObject({ status: 'success' });
    expect((await app.post('/v1/feedback', { request_id, score: 1 })).status).toBe(404);
  });

  it('falls back for a key that may not use the model', async () => {
    const { key } = await app.createKey({ allowed_models: ['gpt-4o-mini'] });
    const answer = await ask('Who was Emmy Noether?', { key });

    expect(embeddings()).toEqual([]);
    expect(await decisionOf(answer)).toMatchObject({ embedder_failure: 'not_allowed' });
  });

  it('asks nobody for other engines, for a model named in the request, or for an explanation', async () => {
    await app.chat('Who was Kurt Gödel?');
    await app.chat(chatBody('Who was Kurt Gödel?', { model: 'gpt-4o-mini' }), { headers: SEMANTIC });
    await app.post('/v1/router/explain', chatBody('Who was Kurt Gödel?'), { headers: SEMANTIC });

    expect(embeddings()).toEqual([]);
  });
});

describe('an embedding model that is slow', () => {
  it('is not waited for longer than configured', async () => {
    const app = await createApp({ settings: { ...SETTINGS, ROUTER_EMBEDDER_TIMEOUT_MS: '200' } });
    app.vendor.respond((call) => (isEmbedding(call) ? { stallBeforeHeaders: true } : undefined));
    const answer = await app.chat('Who was Sofja Kowalewskaja?', { headers: SEMANTIC });

    expect(answer.status).toBe(200);
    expect(await app.metrics()).toContain(
      'modelmuxer_router_embeddings_total{embedder="remote",outcome="late"} 1',
    );
    await app.stop();
  }, 120_000);

  it('is not asked in test mode', async () => {
    const app = await createApp({ settings: { ...SETTINGS, TEST_MODE: 'true' } });
    const answer = await app.chat('Who was Maryam Mirzakhani?', { headers: SEMANTIC });

    expect(answer.status).toBe(200);
    expect(app.vendor.calls.filter(isEmbedding)).toEqual([]);
    await app.stop();
  }, 120_000);
});
