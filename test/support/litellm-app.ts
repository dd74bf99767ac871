import { createApp, type TestApp } from './create-app';
import { FakeVendor } from './fake-vendor/fake-vendor';
import type { VendorUsage } from './fake-vendor/vendor-answer';
import { LiteLlmProxy } from './litellm-proxy';

/** What the proxy asks the vendor for; its price list knows the first two, at 0.15 and 0.60 USD per million tokens. */
const SERVED = {
  'team-gpt': { model: 'openai/gpt-4o-mini' },
  'dear-gpt': { model: 'openai/gpt-4o-mini' },
  'house-model': { model: 'openai/house-model' },
  'capped-gpt': { model: 'openai/gpt-4o', max_budget: 0.000001, budget_duration: '1d' },
};
const PRICE = { input: 0.15, output: 0.6, cache_read: 0.075 };
const LIMITS = { context: 128_000, max_output: 16_384 };
const OFFERED = [
  { id: 'team-gpt', ...LIMITS, price: PRICE, capabilities: { vision: true } },
  // Twice what the proxy's list says.
  { id: 'dear-gpt', ...LIMITS, price: { input: 0.3, output: 1.2 } },
  { id: 'house-model', ...LIMITS, price: PRICE },
  { id: 'capped-gpt', ...LIMITS, price: PRICE },
  { id: 'nobody-serves-this', ...LIMITS, price: PRICE },
];

/** What `team-gpt` costs, in nano-dollars. */
export function priceOf(usage: VendorUsage | undefined): string {
  return String((usage?.prompt_tokens ?? 0) * 150 + (usage?.completion_tokens ?? 0) * 600);
}

/** A fake vendor with a real LiteLLM proxy in front of it, for any number of applications. */
export class LiteLlmStage {
  private readonly apps: TestApp[] = [];

  private constructor(
    /** Behind the proxy. An application's own `vendor` is another one and plays OpenAI. */
    readonly vendor: FakeVendor,
    readonly proxy: LiteLlmProxy,
  ) {}

  static async start(): Promise<LiteLlmStage> {
    const vendor = await new FakeVendor().start();
    try {
      return new LiteLlmStage(vendor, await LiteLlmProxy.start(vendor.baseUrl, SERVED));
    } catch (error) {
      await vendor.stop();
      throw error;
    }
  }

  /** The application with the proxy as one of its providers; ends with the stage. */
  async app(settings: Readonly<Record<string, string>> = {}): Promise<TestApp> {
    const app = await createApp({
      settings: {
        LITELLM_BASE_URL: this.proxy.baseUrl,
        LITELLM_API_KEY: this.proxy.key,
        LITELLM_MODELS: JSON.stringify(OFFERED),
        ...settings,
      },
    });
    this.apps.push(app);
    return app;
  }

  async stop(): Promise<void> {
    await Promise.all(this.apps.map((app) => app.stop()));
    await this.proxy.stop();
    await this.vendor.stop();
  }
}
