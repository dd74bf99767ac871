import { ExtraProvidersConfig } from '../catalog/extra-providers.config';
import type { ChatAdapter } from '../llm/chat-adapter';
import { loadConfig } from '../platform/config/load-config';
import { ProviderRegistry } from './provider-registry';
import { ProvidersConfig } from './providers.config';
import { VendorsConfig } from './vendors.config';

const adapters = [{ vendor: 'google' } as Partial<ChatAdapter> as ChatAdapter];

function credentialsWith(settings: Record<string, string>): readonly object[] {
  const config = loadConfig([ProvidersConfig, VendorsConfig, ExtraProvidersConfig], settings);
  const registry = new ProviderRegistry(
    adapters,
    config.get(ProvidersConfig),
    config.get(VendorsConfig),
    config.get(ExtraProvidersConfig),
  );
  return registry.find('google')?.credentials ?? [];
}

describe('several keys of a vendor', () => {
  it('are taken from a JSON list, with weight 1 unless given, under short labels', () => {
    expect(
      credentialsWith({ GOOGLE_API_KEYS: '[{"key": "first", "weight": 3}, {"key": "second"}, "third"]' }),
    ).toEqual([
      { label: 'key-1', weight: 3, apiKey: 'first' },
      { label: 'key-2', weight: 1, apiKey: 'second' },
      { label: 'key-3', weight: 1, apiKey: 'third' },
    ]);
  });

  it('come after the single key, each of them once, and under the other name of the variable, too', () => {
    const settings = {
      GOOGLE_API_KEY: 'single',
      GEMINI_API_KEYS: '[{"key":"single"},{"key":"other","weight":2}]',
    };

    expect(credentialsWith(settings)).toEqual([
      { label: 'key-1', weight: 1, apiKey: 'single' },
      { label: 'key-2', weight: 2, apiKey: 'other' },
    ]);
  });

  it.each([
    ['no JSON', 'sk-hidden-1,sk-hidden-2'],
    ['an object', '{"key":"sk-hidden"}'],
    ['an empty list', '[]'],
    ['a weight of 0', '[{"key":"sk-hidden","weight":0}]'],
    ['a broken weight', '[{"key":"sk-hidden","weight":1.5}]'],
    ['no key', '[{"weight":1}]'],
    ['a key that fits no header', '[{"key":"sk-hidden\\n"}]'],
    ['an unknown field', '[{"key":"sk-hidden","wieght":2}]'],
    ['too many', JSON.stringify(Array.from({ length: 65 }, (_unused, index) => `sk-hidden-${index}`))],
  ])('are refused at the start with %s, naming the variable and quoting nothing', (_what, text) => {
    const attempt = (): unknown => credentialsWith({ GOOGLE_API_KEYS: text });

    expect(attempt).toThrow('GOOGLE_API_KEYS');
    expect(attempt).not.toThrow('hidden');
  });

  it('are never printed with the configuration', () => {
    const config = loadConfig([VendorsConfig], { GOOGLE_API_KEYS: '["hidden-key"]' }).get(VendorsConfig);

    expect(JSON.stringify(config) + JSON.stringify(config.configured())).not.toContain('hidden-key');
  });
});
