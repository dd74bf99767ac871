import type { Answer } from '../../support/app-client';
import { createApp, type TestApp } from '../../support/create-app';
import { fakeVector } from '../../support/fake-vendor/embedding-answers';
import { FakeVendor } from '../../support/fake-vendor/fake-vendor';

const MODEL = 'local/small-batches';
const INPUTS = ['one', 'number two', 'the third', 'four', 'and the fifth'];

describe('embeddings of more inputs than the model takes at once', () => {
  let server: FakeVendor;
  let app: TestApp;

  beforeAll(async () => {
    server = await new FakeVendor().start();
    const model = {
      id: 'small-batches',
      kind: 'embedding',
      context: 8_192,
      price: { input: 1 },
      embedding: { dimensions: 8, max_inputs: 2 },
    };
    const local = { base_url: server.baseUrl, api_key: 'k-1', models: [model] };
    app = await createApp({ settings: { EXTRA_PROVIDERS: JSON.stringify({ local }) } });
  }, 60_000);
  afterAll(async () => {
    await app.stop();
    await server.stop();
  }, 60_000);
  beforeEach(() => server.reset());

  const embed = (key?: string): Promise<Answer> =>
    app.post('/v1/embeddings', { model: MODEL, input: INPUTS }, key === undefined ? {} : { key });

  it('come as one list in the order of the inputs, every call booked and all of them paid', async () => {
    const user = app.newUser();
    const answer = await embed(user);

    expect(answer.status).toBe(200);
    expect(answer.body['data']).toEqual(
      INPUTS.map((input, index) => ({ object: 'embedding', index, embedding: fakeVector(input) })),
    );
    expect(server.calls.map(({ body }) => (body as { input: unknown }).input)).toEqual([
      INPUTS.slice(0, 2),
      INPUTS.slice(2, 4),
      INPUTS.slice(4),
    ]);
    expect(answer.body).toMatchObject({
      usage: { prompt_tokens: 12, total_tokens: 12 },
      router_metadata: { attempts: 3, actual_cost_nano_usd: '12000', cost_source: 'exact' },
    });
    const rows = await app.rowsOf(answer);
    expect(rows.map(({ cost_nano_usd }) => Number(cost_nano_usd)).toSorted((a, b) => a - b)).toEqual([
      4000, 4000, 4000,
    ]);
    expect(await app.spendingOf(user)).toEqual({ spent: 12_000n, held: 0n });
  });

  it('repeat a call that failed alone, whichever part it is', async () => {
    server.next({}, { status: 500 }, {}, { status: 500 }, {});
    const answer = await embed();

    expect(answer.status).toBe(200);
    expect((answer.body['data'] as readonly unknown[]).length).toBe(INPUTS.length);
    expect(answer.body['router_metadata']).toMatchObject({ attempts: 5 });
  });

  it('fail as a whole when one part cannot be had, and book the parts that were', async () => {
    const user = app.newUser();
    server.respond(({ body }) =>
      (body as { input: string[] }).input[0] === 'the third' ? { status: 400 } : undefined,
    );
    const answer = await embed(user);

    expect(answer.status).toBe(400);
    expect(await app.spendingOf(user)).toEqual({ spent: 4_000n, held: 0n });
  });
});
