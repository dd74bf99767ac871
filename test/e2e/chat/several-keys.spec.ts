import { chatBody } from '../../support/app-client';
import { createApp, type TestApp } from '../../support/create-app';
import { VENDOR_KEY } from '../../support/installation';
import type { RecordedCall } from '../../support/fake-vendor/fake-vendor';

const SECOND_KEY = 'sk-second-vendor-key-9876543210';
const BODY = chatBody('hello', { model: 'gpt-4o-mini', max_tokens: 50 });
const isFirstKey = (call: RecordedCall): boolean => call.headers['authorization'] === `Bearer ${VENDOR_KEY}`;

describe('with two keys of one provider', () => {
  let app: TestApp;

  beforeEach(async () => {
    app = await createApp({
      settings: { OPENAI_API_KEYS: JSON.stringify([{ key: SECOND_KEY, weight: 1 }]) },
    });
  }, 60_000);
  afterEach(() => app.stop(), 60_000);

  it.each([
    [401, '{"error":{"code":"invalid_api_key"}}'],
    [402, '{}'],
    [429, '{"error":{"code":"insufficient_quota"}}'],
    [429, '{}'],
  ])(
    '%i %s of the first is answered with the second at once, in the same request',
    async (status, rawBody) => {
      app.vendor.respond((call) => (isFirstKey(call) ? { status, rawBody } : undefined));
      const answers = [];
      for (let i = 0; i < 4; i++) answers.push(await app.chat(BODY));
      const rows = await app.ledgerRows();

      expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
      expect(app.vendor.calls.filter(isFirstKey)).toHaveLength(1);
      expect(rows).toHaveLength(5);
      expect(await app.metrics()).toMatch(
        /credential_calls_total\{provider="openai",credential="key-2",outcome="success"\} 4/,
      );
      const seen = `${answers.map(({ text }) => text).join('')}${app.logText()}${await app.metrics()}`;
      expect(seen).not.toContain(SECOND_KEY);
      expect(seen).not.toContain(VENDOR_KEY);
    },
  );

  it('that are both limited, the client hears of the shorter delay, and the vendor is left alone until then', async () => {
    app.vendor.respond((call) => ({
      status: 429,
      headers: { 'retry-after': isFirstKey(call) ? '50' : '37' },
    }));
    const answers = [await app.chat(BODY), await app.chat(BODY), await app.stream(BODY)];

    expect(answers.map(({ status }) => status)).toEqual([429, 429, 429]);
    for (const { headers } of answers) expect(['36', '37']).toContain(headers.get('retry-after'));
    expect(app.vendor.calls).toHaveLength(2);
  });
});
