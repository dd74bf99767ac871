import { Module } from '@nestjs/common';
import { provideList } from '../common/provide-list';
import { HttpClientModule } from '../platform/http/http-client.module';
import { CHAT_ADAPTERS } from './adapters';
import { ProviderHealth } from './provider-health';
import { ProviderInvoker } from './provider-invoker';
import { CHAT_ADAPTER_LIST, ProviderRegistry } from './provider-registry';
import { VendorHttp } from './wire/vendor-http';

@Module({
  imports: [HttpClientModule],
  providers: [
    VendorHttp,
    ...provideList(CHAT_ADAPTER_LIST, CHAT_ADAPTERS),
    ProviderRegistry,
    ProviderHealth,
    ProviderInvoker,
  ],
  exports: [ProviderRegistry, ProviderHealth, ProviderInvoker],
})
export class ProvidersModule {}
