import { Inject, Injectable } from '@nestjs/common';
import { ExtraProvidersConfig } from '../catalog/extra-providers.config';
import type { ChatAdapter, ProviderEndpoint } from '../llm/chat-adapter';
import { TenantKeys } from './credentials/tenant-keys';
import type { ProviderCredential } from './provider-credential';
import { ProvidersConfig } from './providers.config';
import type { WeightedKey } from '../catalog/credential-list';
import type { AbortHabit } from './vendors';
import { VendorsConfig } from './vendors.config';

/** The adapters of `adapters/index.ts`, as one list. */
export const CHAT_ADAPTER_LIST = Symbol('CHAT_ADAPTER_LIST');

/** A vendor that is configured and can be called. */
export interface ConfiguredProvider {
  readonly name: string;
  readonly adapter: ChatAdapter;
  /** Where it is, with its first key. A call goes out as the credential that was chosen for it. */
  readonly endpoint: ProviderEndpoint;
  /** At least one; none for an organization whose own key cannot be read. */
  readonly credentials: readonly ProviderCredential[];
  /** How far a call is read on after its client has left; undefined: it is cancelled at once. */
  readonly drain: DrainLimits | undefined;
}

export interface DrainLimits {
  readonly maxMs: number;
  readonly maxBytes: number;
}

interface Configured {
  readonly name: string;
  readonly vendor: string;
  readonly baseUrl: string;
  readonly keys: readonly WeightedKey[];
  readonly onAbort: AbortHabit;
}

/** What the settings say about providers. */
interface ProviderSettings {
  readonly vendors: VendorsConfig;
  readonly extra: ExtraProvidersConfig;
  readonly demo: ProvidersConfig['demo'];
  readonly drained: ProvidersConfig['drainOnAbort'];
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
    private readonly tenantKeys: TenantKeys = new TenantKeys(),
  ) {
    const { demo, drainOnAbort: drained } = config;
    const drain = { maxMs: config.drainMaxMs, maxBytes: config.drainMaxBytes };
    const configured = configuredProviders({ vendors, extra, demo, drained });
    this.providers = new Map(configured.map((entry) => [entry.name, connect(entry, adapters, drain)]));
  }

  list(): readonly ConfiguredProvider[] {
    return [...this.providers.values()];
  }

  find(name: string): ConfiguredProvider | undefined {
    return this.providers.get(name);
  }

  /** The provider as this organization calls it: with its own key where it has one. */
  findFor(name: string, organizationId: string): ConfiguredProvider | undefined {
    const provider = this.providers.get(name);
    return provider && this.tenantKeys.viewOf(provider, organizationId);
  }
}

function configuredProviders({ vendors, extra, demo, drained }: ProviderSettings): readonly Configured[] {
  const found: Configured[] = vendors.configured().map((vendor) => ({ ...vendor, vendor: vendor.name }));
  if (found.some(({ name }) => name === 'litellm') && extra.litellmModels.length === 0) {
    throw new Error('LITELLM_BASE_URL is set, but LITELLM_MODELS names no model that it serves');
  }
  for (const { name, baseUrl, keys } of extra.providers) {
    found.push({ name, vendor: 'openai-compatible', baseUrl, keys, onAbort: 'cancel' });
  }
  if (demo === 'on' || (demo === 'auto' && found.length === 0)) {
    found.push({ name: 'demo', vendor: 'demo', baseUrl: 'in-process', keys: [], onAbort: 'cancel' });
  }
  return found.map((entry) => (drained.includes(entry.name) ? { ...entry, onAbort: 'drain' } : entry));
}

function connect(
  entry: Configured,
  adapters: readonly ChatAdapter[],
  drain: DrainLimits,
): ConfiguredProvider {
  const adapter = adapters.find((candidate) => candidate.vendor === entry.vendor);
  if (!adapter) throw new Error(`provider ${entry.name} is configured, but nothing speaks ${entry.vendor}`);
  const { name, baseUrl, onAbort } = entry;
  const credentials = credentialsOf(entry.keys);
  const endpoint = { provider: name, baseUrl, apiKey: credentials[0]?.apiKey };
  return { name, adapter, endpoint, credentials, drain: onAbort === 'drain' ? drain : undefined };
}

function credentialsOf(keys: readonly WeightedKey[]): readonly ProviderCredential[] {
  if (keys.length === 0) return [{ label: 'key-1', weight: 1, apiKey: undefined }];
  return keys.map(({ key, weight }, index) => ({
    label: `key-${index + 1}`,
    weight,
    apiKey: key.reveal(),
  }));
}
