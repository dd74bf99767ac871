import { Module } from '@nestjs/common';
import { provideList } from '../common/provide-list';
import { HttpClientModule } from '../platform/http/http-client.module';
import { CHAT_ADAPTERS } from './adapters';
import { CredentialPool } from './credential-pool';
import { TenantKeys } from './credentials/tenant-keys';
import { ProviderHealth } from './provider-health';
import { ProviderInvoker } from './provider-invoker';
import { ProviderProber } from './provider-prober';
import { CHAT_ADAPTER_LIST, ProviderRegistry } from './provider-registry';
import { RetryBudget } from './resilience/retry-budget';
import { VendorHttp } from './wire/vendor-http';

@Module({
  imports: [HttpClientModule],
  providers: [
    VendorHttp,
    ...provideList(CHAT_ADAPTER_LIST, CHAT_ADAPTERS),
    ProviderRegistry,
    ProviderHealth,
    TenantKeys,
    CredentialPool,
    ProviderInvoker,
    ProviderProber,
    RetryBudget,
  ],
  exports: [TenantKeys, ProviderRegistry, ProviderHealth, ProviderInvoker, ProviderProber, RetryBudget],
})
export class ProvidersModule {}
