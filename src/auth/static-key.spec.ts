import { loadConfig } from '../platform/config/load-config';
import { AuthConfig } from './auth.config';

const read = (text: string, more: Record<string, string> = {}): AuthConfig =>
  loadConfig([AuthConfig], { ALLOWED_API_KEYS: text, ...more }).get(AuthConfig);

const shown = (config: AuthConfig): unknown =>
  config.staticKeys.map(({ key, tenant, role }) => ({ key: key.reveal(), tenant, role }));

describe('ALLOWED_API_KEYS', () => {
  it('binds plain keys to the tenant default with the role developer', () => {
    expect(shown(read('sk-test-key-1, sk-test-key-2'))).toEqual([
      { key: 'sk-test-key-1', tenant: 'default', role: 'developer' },
      { key: 'sk-test-key-2', tenant: 'default', role: 'developer' },
    ]);
  });

  it('reads keys, objects with tenant and role, and the alias API_KEYS', () => {
    expect(shown(read('["a", {"key": "b", "tenant": "tenant_a", "role": "org_admin"}]'))).toEqual([
      { key: 'a', tenant: 'default', role: 'developer' },
      { key: 'b', tenant: 'tenant_a', role: 'owner' },
    ]);
    const config = loadConfig([AuthConfig], { API_KEYS: 'a' }).get(AuthConfig);
    expect(shown(config)).toEqual([{ key: 'a', tenant: 'default', role: 'developer' }]);
  });

  it.each([
    '[{"key": "hidden-value", "roel": "owner"}]',
    '[{"key": "hidden-value", "role": "king"}]',
    '[{"key": "hidden-value", "tenant": "Not A Slug"}]',
    '[{"key": "hidden-value", "tenant": "org_1"}]',
    '[{"tenant": "default"}]',
    '["hidden-value", 7]',
    '["hidden-value"',
    'hidden-value,hidden-value',
    'hidden-value.two.three',
    'hidden-välue',
  ])('refuses %s without printing the key', (text) => {
    expect(() => read(text)).toThrow(/ALLOWED_API_KEYS: (?!.*hidden)/);
  });

  it('refuses short keys in production mode', () => {
    expect(() => read('short-key', { MODELMUXER_MODE: 'production' })).toThrow(
      /ALLOWED_API_KEYS: every key needs/,
    );
  });
});
