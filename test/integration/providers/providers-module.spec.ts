import { Test, type TestingModule } from '@nestjs/testing';
import { CatalogModule } from '../../../src/catalog/catalog.module';
import { ExtraProvidersConfig } from '../../../src/catalog/extra-providers.config';
import { ModelCatalog } from '../../../src/catalog/model-catalog';
import { ConfigModule } from '../../../src/platform/config/config.module';
import { loadConfig } from '../../../src/platform/config/load-config';
import { HttpClientConfig } from '../../../src/platform/http/http-client.config';
import { ServerConfig } from '../../../src/platform/http/server.config';
import { LoggingConfig } from '../../../src/platform/logging/logging.config';
import { ProviderInvoker } from '../../../src/providers/provider-invoker';
import { ProviderRegistry } from '../../../src/providers/provider-registry';
import { ProvidersConfig } from '../../../src/providers/providers.config';
import { ProvidersModule } from '../../../src/providers/providers.module';
import { VENDORS } from '../../../src/providers/vendors';
import { VendorsConfig } from '../../../src/providers/vendors.config';
import { TelemetryConfig } from '../../../src/telemetry/telemetry.config';
import { TelemetryModule } from '../../../src/telemetry/telemetry.module';
import { invocation } from '../../support/provider-kit';

const LOCAL = {
  local: {
    base_url: 'http://127.0.0.1:9/v1',
    models: [{ id: 'm', context: 10, max_output: 5, price: { input: 0, output: 0 } }],
  },
};

describe('ProvidersModule', () => {
  let app: TestingModule;

  beforeAll(async () => {
    const classes = [
      ProvidersConfig,
      VendorsConfig,
      ExtraProvidersConfig,
      HttpClientConfig,
      LoggingConfig,
      ServerConfig,
      TelemetryConfig,
    ];
    const config = loadConfig(classes, {
      ...Object.fromEntries(VENDORS.map(({ env }) => [`${env}_API_KEY`, 'k-1'])),
      LITELLM_BASE_URL: 'http://127.0.0.1:9/v1',
      LITELLM_MODELS: JSON.stringify(LOCAL.local.models),
      EXTRA_PROVIDERS: JSON.stringify(LOCAL),
      PROVIDER_DEMO: 'on',
    });
    app = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot(classes, config),
        TelemetryModule.forRoot(config.get(TelemetryConfig)),
        CatalogModule,
        ProvidersModule,
      ],
    }).compile();
  });
  afterAll(() => app.close());

  it('has a priced model for every provider, and an adapter for every configured one', () => {
    const catalog = app.get(ModelCatalog);

    const providers = app.get(ProviderRegistry).list();
    expect(providers).toHaveLength(VENDORS.length + 2);
    for (const { name, adapter } of providers) {
      expect(catalog.listOf(name).length).toBeGreaterThan(0);
      expect(adapter.vendor).not.toBe('');
    }
  });

  it('answers through the injected parts', async () => {
    const provider = app.get(ProviderRegistry).find('demo');
    const card = app.get(ModelCatalog).find('demo', 'demo-premium');
    if (!provider || !card) throw new Error('the demo provider is missing');
    const result = await app.get(ProviderInvoker).complete({ provider, card }, invocation('What is 40+2?'));

    expect(JSON.stringify(result.choices)).toContain('40 + 2 = 42');
  });
});
