import { USAGE_PURPOSES } from '../../../src/cost/ledger/usage-row';
import { chatBody, type Answer } from '../../support/app-client';
import { createApp, type LedgerRow, type TestApp } from '../../support/create-app';
import type { RecordedCall } from '../../support/fake-vendor/fake-vendor';
import type { VendorScript } from '../../support/fake-vendor/vendor-script';

const CHEAP = 'openai/gpt-4.1-nano';

const ENHANCED = '/v1/chat/completions/enhanced';
const QUESTION = 'Tell me about climate change';
const CASCADE = { cascade_type: 'quality_focused', quality_threshold: 0.6 };

/** One request of every kind; together they need every purpose a vendor is called for. */
const REQUESTS: Readonly<
  Record<string, (app: TestApp, key: string) => Promise<Answer | { status: number }>>
> = {
  answer: (app, key) => app.chat(chatBody('hello', { model: 'gpt-4o-mini' }), { key }),
  'streamed answer': (app, key) => app.stream(chatBody('hello', { model: 'gpt-4o-mini' }), { key }),
  'answer after failures': (app, key) =>
    app.chat(chatBody('please fail first', { model: 'gpt-4o-mini' }), { key }),
  'routed answer with a doubtful intent': (app, key) => app.chat(chatBody('hello there'), { key }),
  'cascade with a judge': (app, key) =>
    app.post(ENHANCED, chatBody(QUESTION, { cascade_config: CASCADE }), { key }),
  embedding: (app, key) =>
    app.post('/v1/embeddings', { model: 'text-embedding-3-small', input: 'hello' }, { key }),
};

/** Together with `test/unit/vendor-paths.spec.ts`, which finds the paths in the code. */
describe('a call to a vendor, whatever it is for', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp({
      settings: {
        INTENT_LLM_ENABLED: 'true',
        INTENT_LLM_MODEL: CHEAP,
        INTENT_LOW_CONFIDENCE: '1',
        ROUTER_CASCADE_JUDGE: CHEAP,
      },
    });
  }, 90_000);
  afterAll(() => app.stop(), 60_000);
  beforeEach(() => {
    app.vendor.reset();
    app.vendor.respond(scriptFor);
  });

  /** The first call of a request that wants to see a failure fails. */
  function scriptFor(call: RecordedCall): VendorScript | undefined {
    if (call.rawBody.includes('You sort messages')) return { text: 'chat_lite' };
    if (call.rawBody.includes('You grade answers')) return { text: '{"grade": 9}' };
    const isFirst = app.vendor.calls.filter(({ rawBody }) => rawBody === call.rawBody).length === 1;
    return call.rawBody.includes('fail first') && isFirst ? { status: 500 } : undefined;
  }

  async function keyWithBudget(limit: number): Promise<string> {
    return (await app.createKey({ budget: { budget_type: 'daily', budget_limit: limit } })).key;
  }

  it('is covered by a hold and booked once, and every purpose there is was among them', async () => {
    const key = await keyWithBudget(10);
    for (const ask of Object.values(REQUESTS)) expect((await ask(app, key)).status).toBe(200);
    const rows = (await app.ledgerRows()) as readonly (LedgerRow & { purpose: string })[];

    expect(new Set(rows.map(({ purpose }) => purpose))).toEqual(new Set(USAGE_PURPOSES));
    expect(rows.map((row) => row.attempt_id).toSorted()).toEqual(
      app.vendor.calls.map(({ attemptId }) => attemptId).toSorted(),
    );
    expect(app.vendor.calls.length).toBeGreaterThan(Object.keys(REQUESTS).length);
    for (const row of rows)
      expect(BigInt(row.held_nano_usd)).toBeGreaterThanOrEqual(BigInt(row.cost_nano_usd));
  });

  it('is not made for a key without money', async () => {
    const key = await keyWithBudget(0);
    const answers: [string, number][] = [];
    for (const [name, ask] of Object.entries(REQUESTS)) answers.push([name, (await ask(app, key)).status]);

    expect(answers).toEqual(Object.keys(REQUESTS).map((name) => [name, 402]));
    expect(app.vendor.calls).toEqual([]);
  });
});
