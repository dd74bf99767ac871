import { FakeVendorProcess } from '../../support/fake-vendor/fake-vendor-process';
import { promptWith } from '../../support/fake-vendor/vendor-script';
import { collect, invocation, ProviderKit, providerErrorOf, streamedText } from '../../support/provider-kit';

describe('a fake vendor in a process of its own', () => {
  it.each([{ fast: false }, { fast: true }])(
    'answers, streams and remembers its calls (%j)',
    async (options) => {
      const vendor = await FakeVendorProcess.start(options);
      const kit = new ProviderKit({ OPENAI_API_KEY: 'sk-1', OPENAI_BASE_URL: vendor.baseUrl });
      try {
        const target = kit.target('gpt-4o-mini');
        await kit.invoker.complete(target, invocation('hi', { attemptId: 'att_a' }));
        const events = await collect(kit.invoker.stream(target, invocation('hi', { attemptId: 'att_b' })));

        expect(streamedText(events)).toContain('fox');
        expect((await vendor.calls()).map((call) => call.attemptId)).toEqual(['att_a', 'att_b']);
      } finally {
        await kit.close();
        await vendor.stop();
      }
    },
  );

  it('follows a script inside the prompt', async () => {
    const vendor = await FakeVendorProcess.start();
    const kit = new ProviderKit({ OPENAI_API_KEY: 'sk-1', OPENAI_BASE_URL: vendor.baseUrl });
    try {
      const prompt = promptWith({ status: 429, headers: { 'retry-after': '7' } }, 'please fail ');
      const error = await providerErrorOf(kit.invoker.complete(kit.target('gpt-4o'), invocation(prompt)));

      expect(error).toMatchObject({ kind: 'rate_limit', retryAfterMs: 7_000 });
    } finally {
      await kit.close();
      await vendor.stop();
    }
  });
});
