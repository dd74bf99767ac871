import { ExtraProvidersConfig } from '../catalog/extra-providers.config';
import type { ChatAdapter } from '../llm/chat-adapter';
import { loadConfig } from '../platform/config/load-config';
import { ProviderRegistry } from './provider-registry';
import { ProvidersConfig } from './providers.config';
import { VENDORS } from './vendors';
import { VendorsConfig } from './vendors.config';

const adapters = [...VENDORS.map((row) => row.name), 'openai-compatible', 'demo'].map(
  (vendor) => ({ vendor }) as Partial<ChatAdapter> as ChatAdapter,
);
const LOCAL =
  '{"local":{"base_url":"http://x/v1","models":[{"id":"m","context":10,"max_output":5,"price":{"input":0,"output":0}}]}}';

function registryWith(settings: Record<string, string>, known = adapters): ProviderRegistry {
  const config = loadConfig([ProvidersConfig, VendorsConfig, ExtraProvidersConfig], settings);
  return new ProviderRegistry(
    known,
    config.get(ProvidersConfig),
    config.get(VendorsConfig),
    config.get(ExtraProvidersConfig),
  );
}

const namesWith = (settings: Record<string, string>): readonly string[] =>
  registryWith(settings)
    .list()
    .map((provider) => provider.name);

describe('ProviderRegistry', () => {
  it('offers the demo provider when nothing else is configured', () => {
    expect(namesWith({})).toEqual(['demo']);
    expect(namesWith({ OPENAI_API_KEY: 'sk-your-openai-key-here' })).toEqual(['demo']);
  });

  it('offers it beside others only when told to, and not at all when forbidden', () => {
    expect(namesWith({ OPENAI_API_KEY: 'sk-1' })).toEqual(['openai']);
    expect(namesWith({ EXTRA_PROVIDERS: LOCAL })).toEqual(['local']);
    expect(namesWith({ OPENAI_API_KEY: 'sk-1', EXTRA_PROVIDERS: LOCAL, PROVIDER_DEMO: 'on' })).toEqual([
      'openai',
      'local',
      'demo',
    ]);
    expect(namesWith({ PROVIDER_DEMO: 'off' })).toEqual([]);
  });

  it.each([
    ['http://127.0.0.1:9', 'http://127.0.0.1:9/v1'],
    ['http://127.0.0.1:9/', 'http://127.0.0.1:9/v1'],
    ['http://127.0.0.1:9/v1//', 'http://127.0.0.1:9/v1'],
    ['http://127.0.0.1:9/proxy/openai', 'http://127.0.0.1:9/proxy/openai'],
  ])('takes %s for a server at %s', (address, baseUrl) => {
    const registry = registryWith({ OPENAI_API_KEY: 'sk-1', OPENAI_BASE_URL: address });

    expect(registry.find('openai')?.endpoint.baseUrl).toBe(baseUrl);
  });

  it('calls each provider at its own address as itself', () => {
    const registry = registryWith({
      OPENAI_API_KEY: 'sk-1',
      OPENAI_BASE_URL: 'http://127.0.0.1:9/v1/',
      EXTRA_PROVIDERS: LOCAL,
    });

    expect(registry.find('openai')).toMatchObject({
      adapter: { vendor: 'openai' },
      endpoint: { provider: 'openai', baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'sk-1' },
    });
    expect(registry.find('local')).toMatchObject({
      adapter: { vendor: 'openai-compatible' },
      endpoint: { provider: 'local', baseUrl: 'http://x/v1', apiKey: undefined },
    });
    expect(registry.find('other')).toBeUndefined();
  });

  it('does not start with a provider that nothing speaks to', () => {
    expect(() => registryWith({ OPENAI_API_KEY: 'sk-1' }, [])).toThrow('nothing speaks openai');
  });

  it.each(VENDORS.filter((row) => row.baseUrl !== undefined))(
    'offers $name as soon as it has a key, at its own place unless told otherwise',
    ({ name, env, baseUrl }) => {
      expect(registryWith({ [`${env}_API_KEY`]: 'k-1' }).list()).toMatchObject([
        { name, adapter: { vendor: name }, endpoint: { provider: name, baseUrl, apiKey: 'k-1' } },
      ]);
      const moved = { [`${env}_API_KEY`]: 'k-1', [`${env}_BASE_URL`]: 'http://127.0.0.1:9/x/' };
      expect(registryWith(moved).find(name)?.endpoint.baseUrl).toBe('http://127.0.0.1:9/x');
      expect(namesWith({ [`${env}_BASE_URL`]: 'http://127.0.0.1:9/x' })).toEqual(['demo']);
    },
  );

  const proxy = { LITELLM_BASE_URL: 'http://127.0.0.1:4000/v1' };
  const proxyModels = '[{"id":"team-gpt","context":10,"max_output":5,"price":{"input":2.5,"output":10}}]';

  it('offers a LiteLLM proxy at an address, with or without a key', () => {
    expect(registryWith({ ...proxy, LITELLM_MODELS: proxyModels }).find('litellm')?.endpoint.apiKey).toBe(
      undefined,
    );
    expect(
      registryWith({ ...proxy, LITELLM_MODELS: proxyModels, LITELLM_API_KEY: 'sk-9' }).find('litellm')
        ?.endpoint,
    ).toEqual({ provider: 'litellm', baseUrl: 'http://127.0.0.1:4000/v1', apiKey: 'sk-9' });
    expect(namesWith({ LITELLM_API_KEY: 'sk-9' })).toEqual(['demo']);
  });

  it('does not start with a LiteLLM proxy whose models nobody named', () => {
    expect(() => registryWith(proxy)).toThrow('LITELLM_MODELS');
    expect(() => registryWith({ ...proxy, LITELLM_MODELS: '[{"id":"x"}]' })).toThrow(
      'litellm.models[0].price',
    );
  });
});
