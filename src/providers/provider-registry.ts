import { Inject, Injectable } from '@nestjs/common';
import { ExtraProvidersConfig } from '../catalog/extra-providers.config';
import type { ChatAdapter, ProviderEndpoint } from '../llm/chat-adapter';
import { ProvidersConfig } from './providers.config';
import { VendorsConfig } from './vendors.config';

/** The adapters of `adapters/index.ts`, as one list. */
export const CHAT_ADAPTER_LIST = Symbol('CHAT_ADAPTER_LIST');

/** A vendor that is configured and can be called. */
export interface ConfiguredProvider {
  readonly name: string;
  readonly adapter: ChatAdapter;
  readonly endpoint: ProviderEndpoint;
}

interface Configured {
  readonly name: string;
  readonly vendor: string;
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
}

/** What the settings say about providers. */
interface ProviderSettings {
  readonly vendors: VendorsConfig;
  readonly extra: ExtraProvidersConfig;
  readonly demo: ProvidersConfig['demo'];
}

/** Which vendors can be called, where and as whom. Fixed at start; a vendor without adapter stops the start. */
@Injectable()
export class ProviderRegistry {
  private readonly providers: ReadonlyMap<string, ConfiguredProvider>;

  constructor(
    @Inject(CHAT_ADAPTER_LIST) adapters: readonly ChatAdapter[],
    config: ProvidersConfig,
    vendors: VendorsConfig,
    extra: ExtraProvidersConfig,
  ) {
    const configured = configuredProviders({ vendors, extra, demo: config.demo });
    this.providers = new Map(configured.map((entry) => [entry.name, connect(entry, adapters)]));
  }

  list(): readonly ConfiguredProvider[] {
    return [...this.providers.values()];
  }

  find(name: string): ConfiguredProvider | undefined {
    return this.providers.get(name);
  }
}

function configuredProviders({ vendors, extra, demo }: ProviderSettings): readonly Configured[] {
  const found: Configured[] = vendors
    .configured()
    .map(({ name, baseUrl, apiKey }) => ({ name, vendor: name, baseUrl, apiKey: apiKey?.reveal() }));
  if (found.some(({ name }) => name === 'litellm') && extra.litellmModels.length === 0) {
    throw new Error('LITELLM_BASE_URL is set, but LITELLM_MODELS names no model that it serves');
  }
  for (const { name, baseUrl, apiKey } of extra.providers) {
    found.push({ name, vendor: 'openai-compatible', baseUrl, apiKey: apiKey?.reveal() });
  }
  if (demo === 'on' || (demo === 'auto' && found.length === 0)) {
    found.push({ name: 'demo', vendor: 'demo', baseUrl: 'in-process', apiKey: undefined });
  }
  return found;
}

function connect(entry: Configured, adapters: readonly ChatAdapter[]): ConfiguredProvider {
  const adapter = adapters.find((candidate) => candidate.vendor === entry.vendor);
  if (!adapter) throw new Error(`provider ${entry.name} is configured, but nothing speaks ${entry.vendor}`);
  const { name, baseUrl, apiKey } = entry;
  return { name, adapter, endpoint: { provider: name, baseUrl, apiKey } };
}
