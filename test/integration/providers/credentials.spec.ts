import { Logger } from '@nestjs/common';
import { FakeVendor, type RecordedCall } from '../../support/fake-vendor/fake-vendor';
import { invocation, ProviderKit, providerErrorOf } from '../../support/provider-kit';

const vendor = new FakeVendor();
const kits: ProviderKit[] = [];
const KEYS = JSON.stringify([
  { key: 'secret-alpha', weight: 2 },
  { key: 'secret-beta', weight: 1 },
]);

function kitWith(settings: Readonly<Record<string, string>> = {}): ProviderKit {
  const kit = new ProviderKit({ OPENAI_API_KEYS: KEYS, OPENAI_BASE_URL: vendor.baseUrl, ...settings });
  kits.push(kit);
  return kit;
}

const complete = (kit: ProviderKit, model = 'gpt-4o'): Promise<unknown> =>
  kit.invoker.complete(kit.target(model), invocation('x'));
const keyOf = (call: RecordedCall): string =>
  String(call.headers['authorization']).replace('Bearer secret-', '');
const keysUsed = (): string[] => vendor.calls.map(keyOf);
const refuse =
  (key: string, script: { status: number; headers?: Record<string, string>; rawBody?: string }) =>
  (call: RecordedCall) => (keyOf(call) === key ? script : {});

beforeAll(async () => {
  Logger.overrideLogger(false);
  await vendor.start();
});
beforeEach(() => vendor.reset());
afterEach(async () => {
  await Promise.all(kits.splice(0).map((kit) => kit.close()));
});
afterAll(() => vendor.stop());

describe('several keys of one provider', () => {
  it('share the calls by their weights', async () => {
    const kit = kitWith();
    for (let i = 0; i < 9; i++) await complete(kit);

    expect(keysUsed().filter((key) => key === 'alpha')).toHaveLength(6);
    expect(keysUsed().slice(0, 3)).toEqual(['alpha', 'beta', 'alpha']);
  });

  it.each([
    ['401', { status: 401, rawBody: '{}' }, 'authentication'],
    ['402', { status: 402, rawBody: '{}' }, 'billing'],
    [
      '429 insufficient_quota',
      { status: 429, rawBody: '{"error":{"code":"insufficient_quota"}}' },
      'billing',
    ],
    ['429 with a delay', { status: 429, rawBody: '{}', headers: { 'retry-after': '60' } }, 'rate_limit'],
    ['429 without a delay', { status: 429, rawBody: '{}' }, 'rate_limit'],
  ])(
    'leave out the one that was answered with %s, and the provider stays available',
    async (_what, script, kind) => {
      vendor.respond(refuse('alpha', script));
      const kit = kitWith();
      const failure = await providerErrorOf(complete(kit));

      expect(failure.kind).toBe(kind);
      expect(kit.invoker.hasOtherCredential(kit.target('gpt-4o'), failure)).toBe(true);
      for (let i = 0; i < 4; i++) await complete(kit);
      expect(keysUsed()).toEqual(['alpha', 'beta', 'beta', 'beta', 'beta']);
      expect(kit.health.snapshotOfModel('openai', 'gpt-4o').status).not.toBe('unavailable');
    },
  );

  it('are limited for the model that was asked for only, but refused for all models', async () => {
    const kit = kitWith();
    vendor.respond(refuse('alpha', { status: 429, rawBody: '{}', headers: { 'retry-after': '60' } }));
    await providerErrorOf(complete(kit));
    vendor.reset();
    await complete(kit, 'gpt-4o-mini');
    expect(keysUsed()).toEqual(['alpha']);

    vendor.respond(refuse('alpha', { status: 401, rawBody: '{}' }));
    await complete(kit, 'gpt-4o-mini');
    await providerErrorOf(complete(kit, 'gpt-4o-mini'));
    vendor.reset();
    for (let i = 0; i < 3; i++) await complete(kit, 'gpt-4.1');
    expect(keysUsed()).toEqual(['beta', 'beta', 'beta']);
  });

  it('that are all limited are not called before the first is free, and the refusal says when that is', async () => {
    vendor.respond((call) => ({
      status: 429,
      rawBody: '{}',
      headers: { 'retry-after': keyOf(call) === 'alpha' ? '90' : '30' },
    }));
    const kit = kitWith();
    for (let i = 0; i < 2; i++) await providerErrorOf(complete(kit));
    const refused = await providerErrorOf(complete(kit));

    expect(refused).toMatchObject({ kind: 'rate_limit', mayHaveBilled: false });
    expect(refused.retryAfterMs).toBeGreaterThan(29_000);
    expect(refused.retryAfterMs).toBeLessThanOrEqual(30_000);
    expect(vendor.calls).toHaveLength(2);
  });

  it('that are all limited without a delay, or all refused, are tried all the same', async () => {
    const kit = kitWith();
    vendor.respond(() => ({ status: 429, rawBody: '{}' }));
    for (let i = 0; i < 4; i++) await providerErrorOf(complete(kit));
    expect(vendor.calls).toHaveLength(4);

    const other = kitWith();
    vendor.respond(() => ({ status: 401, rawBody: '{}' }));
    for (let i = 0; i < 4; i++) await providerErrorOf(complete(other));
    expect(vendor.calls).toHaveLength(8);
    expect(other.health.snapshotOfModel('openai', 'gpt-4o').status).toBe('unavailable');
    vendor.respond(() => ({}));
    await complete(other);
    expect(other.health.snapshotOfModel('openai', 'gpt-4o').status).toBe('available');
  });

  it('have circuits of their own: one that keeps failing does not close the model', async () => {
    vendor.respond(refuse('alpha', { status: 500, rawBody: '' }));
    const kit = kitWith({ PROVIDER_BREAKER_MINIMUM_CALLS: '2', PROVIDER_BREAKER_WINDOW: '4' });
    for (let i = 0; i < 12; i++) await complete(kit).catch(() => undefined);

    expect(keysUsed().slice(-4)).toEqual(['beta', 'beta', 'beta', 'beta']);
    expect(kit.health.snapshotOfModel('openai', 'gpt-4o').circuit).toBe('closed');
  });

  it('are all spared while the model is overloaded', async () => {
    vendor.next({ status: 529, rawBody: '{}', headers: { 'retry-after-ms': '150' } });
    const kit = kitWith();
    await providerErrorOf(complete(kit));

    expect(await providerErrorOf(complete(kit))).toMatchObject({ kind: 'overloaded', mayHaveBilled: false });
    expect(vendor.calls).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 170));
    await complete(kit);
  });

  it('show in metrics under their labels, and their text nowhere', async () => {
    vendor.respond(refuse('alpha', { status: 401, rawBody: '{}' }));
    const kit = kitWith();
    const failure = await providerErrorOf(complete(kit));
    await complete(kit);
    const { text } = await kit.metrics.exposition();

    expect(text).toContain('credential="key-1",outcome="authentication"} 1');
    expect(text).toContain('credential="key-2",outcome="success"} 1');
    expect(text + JSON.stringify(failure) + String(failure.stack)).not.toContain('secret-');
  });
});
