import { Logger } from '@nestjs/common';
import { FakeVendor } from '../../support/fake-vendor/fake-vendor';
import { invocation, ProviderKit, providerErrorOf } from '../../support/provider-kit';

const vendor = new FakeVendor();
const kits: ProviderKit[] = [];
const SETTINGS = { PROVIDER_BREAKER_MINIMUM_CALLS: '2', PROVIDER_BREAKER_OPEN_MS: '60000' };

function kitWith(settings: Readonly<Record<string, string>> = {}): ProviderKit {
  const kit = new ProviderKit({
    OPENAI_API_KEY: 'sk-real',
    OPENAI_BASE_URL: vendor.baseUrl,
    ...SETTINGS,
    ...settings,
  });
  kits.push(kit);
  return kit;
}

const complete = (kit: ProviderKit): Promise<unknown> =>
  kit.invoker.complete(kit.target('gpt-4o'), invocation('x'));
const circuitOf = (kit: ProviderKit): string => kit.health.snapshotOfModel('openai', 'gpt-4o').circuit;

async function withOpenCircuit(): Promise<ProviderKit> {
  const kit = kitWith();
  vendor.respond(() => ({ status: 500, rawBody: '' }));
  for (let i = 0; i < 2; i++) await providerErrorOf(complete(kit));
  expect(circuitOf(kit)).toBe('open');
  return kit;
}

beforeAll(async () => {
  Logger.overrideLogger(false);
  await vendor.start();
});
beforeEach(() => vendor.reset());
afterEach(async () => {
  for (const kit of kits) kit.prober.onApplicationShutdown();
  await Promise.all(kits.splice(0).map((kit) => kit.close()));
});
afterAll(() => vendor.stop());

describe('a probe', () => {
  it('is not made while nothing is wrong', async () => {
    const kit = kitWith();
    await complete(kit);
    await kit.prober.probeAiling();

    expect(vendor.probes).toEqual([]);
    expect(kit.prober.lastOf('openai')).toBeUndefined();
  });

  it('asks for the list of models with the key, and lets one call try as soon as the vendor is back', async () => {
    const kit = await withOpenCircuit();
    await kit.prober.probeAiling();
    expect(kit.prober.lastOf('openai')).toMatchObject({ outcome: 'down' });
    expect(circuitOf(kit)).toBe('open');
    vendor.respond(() => ({}));
    await kit.prober.probeAiling();

    expect(circuitOf(kit)).toBe('half_open');
    await complete(kit);
    expect(circuitOf(kit)).toBe('closed');
    expect(vendor.probes.map(({ path, headers }) => [path, headers['authorization']])).toEqual([
      ['/v1/models', 'Bearer sk-real'],
      ['/v1/models', 'Bearer sk-real'],
    ]);
    await kit.prober.probeAiling();
    expect(vendor.probes).toHaveLength(2);
  });

  it('that was answered all the time proves nothing about a model that fails', async () => {
    const kit = await withOpenCircuit();
    vendor.modelsStatus = 200;
    for (let i = 0; i < 3; i++) await kit.prober.probeAiling();

    expect(circuitOf(kit)).toBe('open');
  });

  it('gives a refused key back when the vendor takes it again', async () => {
    const kit = kitWith();
    vendor.respond(() => ({ status: 401, rawBody: '{}' }));
    await providerErrorOf(complete(kit));
    await kit.prober.probeAiling();
    expect(kit.prober.lastOf('openai')).toMatchObject({ outcome: 'refused' });
    expect(kit.health.snapshotOfModel('openai', 'gpt-4o').status).toBe('unavailable');
    vendor.respond(() => ({}));
    await kit.prober.probeAiling();

    expect(kit.health.snapshotOfModel('openai', 'gpt-4o').status).toBe('available');
    expect(vendor.calls).toHaveLength(1);
  });

  it('of a server without such a list changes nothing', async () => {
    const kit = await withOpenCircuit();
    vendor.modelsStatus = 404;
    await kit.prober.probeAiling();

    expect(kit.prober.lastOf('openai')).toMatchObject({ outcome: 'unknown' });
    expect(circuitOf(kit)).toBe('open');
  });

  it('is given up after two seconds, and never runs twice at a time', async () => {
    const kit = await withOpenCircuit();
    vendor.respond(() => ({ stallBeforeHeaders: true }));
    const startedAt = performance.now();
    await Promise.all([kit.prober.probeAiling(), kit.prober.probeAiling()]);

    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(vendor.probes).toHaveLength(1);
    expect(kit.prober.lastOf('openai')).toMatchObject({ outcome: 'down' });
  });

  it('goes to the right place at every vendor, with the key in a header', () => {
    const names = ['OPENAI', 'ANTHROPIC', 'GOOGLE', 'MISTRAL', 'GROQ', 'TOGETHER', 'COHERE'];
    const kit = kitWith({
      ...Object.fromEntries(names.map((name) => [`${name}_API_KEY`, 'the-key'])),
      OPENAI_BASE_URL: 'https://api.openai.com/v1',
    });
    const probes = kit.registry
      .list()
      .map(({ name, adapter, endpoint }) => [name, adapter.probe?.(endpoint).url] as const);

    expect(Object.fromEntries(probes)).toEqual({
      openai: 'https://api.openai.com/v1/models',
      anthropic: 'https://api.anthropic.com/v1/models?limit=1',
      google: 'https://generativelanguage.googleapis.com/v1beta/models?pageSize=1',
      mistral: 'https://api.mistral.ai/v1/models',
      groq: 'https://api.groq.com/openai/v1/models',
      together: 'https://api.together.xyz/v1/models',
      cohere: 'https://api.cohere.com/v1/models',
    });
    for (const { adapter, endpoint } of kit.registry.list()) {
      expect(JSON.stringify(adapter.probe?.(endpoint))).toContain('the-key');
    }
  });

  it('is off with an interval of 0, and otherwise runs on its own', async () => {
    const off = await withOpenCircuit();
    const on = new ProviderKit({
      OPENAI_API_KEY: 'k',
      OPENAI_BASE_URL: vendor.baseUrl,
      ...SETTINGS,
      PROVIDER_PROBE_INTERVAL_MS: '20',
    });
    kits.push(on);
    for (let i = 0; i < 2; i++) await providerErrorOf(complete(on));
    on.prober.onModuleInit();
    await new Promise((resolve) => setTimeout(resolve, 150));

    expect(vendor.probes.length).toBeGreaterThan(1);
    on.prober.onApplicationShutdown();
    const before = vendor.probes.length;
    const silent = kitWith({ PROVIDER_PROBE_INTERVAL_MS: '0' });
    for (let i = 0; i < 2; i++) await providerErrorOf(complete(silent));
    silent.prober.onModuleInit();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(vendor.probes).toHaveLength(before);
    expect(circuitOf(off)).toBe('open');
  });
});
