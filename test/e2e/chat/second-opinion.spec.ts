import { chatBody } from '../../support/app-client';
import { createApp, type TestApp } from '../../support/create-app';
import { FakeVendor } from '../../support/fake-vendor/fake-vendor';

const MODEL = { id: 'team-gpt', context: 128_000, max_output: 16_384, price: { input: 1, output: 2 } };
/** At the prices above: 8,000 nano-dollars. */
const USAGE = { prompt_tokens: 4, completion_tokens: 2, total_tokens: 6 };

describe('a proxy that names the cost of a call', () => {
  let proxy: FakeVendor;
  let app: TestApp;

  beforeEach(async () => {
    proxy = await new FakeVendor().start();
    app = await createApp({
      settings: { LITELLM_BASE_URL: proxy.baseUrl, LITELLM_MODELS: JSON.stringify([MODEL]) },
    });
  }, 60_000);
  afterEach(async () => {
    await app.stop();
    await proxy.stop();
  }, 60_000);

  async function deviation(cost: string | undefined): Promise<string> {
    proxy.next({
      usage: USAGE,
      ...(cost !== undefined && { headers: { 'x-litellm-response-cost': cost } }),
    });
    const answer = await app.chat(chatBody('hello', { model: 'litellm/team-gpt', max_tokens: 20 }));
    const [row] = await app.rowsOf(answer);
    expect(row).toMatchObject({ cost_nano_usd: '8000', cost_source: 'exact' });
    const text = await app.metrics();
    const [, value] =
      /^modelmuxer_provider_cost_deviation_ratio_sum\{.*"team-gpt"\} (\S+)$/m.exec(text) ?? [];
    return value ?? 'none';
  }

  it.each([
    ['8e-06', '0'],
    ['0.000016', '0.5'],
    ['4e-06', '0.5'],
    ['0', 'none'],
    ['None', 'none'],
    ['-1', 'none'],
    ['', 'none'],
    [undefined, 'none'],
  ])(
    'with %p shows a deviation of %s in the metrics, and what is booked stays as it is',
    async (cost, shown) => {
      expect(await deviation(cost)).toBe(shown);
    },
  );
});
