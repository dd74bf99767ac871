import { ExtraProvidersConfig } from '../../src/catalog/extra-providers.config';
import type { ModelCard } from '../../src/catalog/model-card';
import { KNOWN_MODELS } from '../../src/catalog/known-models';
import { ModelCatalog } from '../../src/catalog/model-catalog';
import { SystemClock, type Clock } from '../../src/common/clock';
import type { ChatMessage, ChatRequest } from '../../src/llm/chat-request';
import type { ChatStreamEvent } from '../../src/llm/chat-stream-event';
import { ProviderError } from '../../src/llm/provider-error';
import { loadConfig } from '../../src/platform/config/load-config';
import { HttpClient } from '../../src/platform/http/http-client';
import { HttpClientConfig } from '../../src/platform/http/http-client.config';
import { CHAT_ADAPTERS } from '../../src/providers/adapters';
import { DemoAdapter } from '../../src/providers/adapters/demo.adapter';
import { CredentialPool } from '../../src/providers/credential-pool';
import { ProviderHealth } from '../../src/providers/provider-health';
import {
  ProviderInvoker,
  type Invocation,
  type InvocationTarget,
} from '../../src/providers/provider-invoker';
import { ProviderProber } from '../../src/providers/provider-prober';
import { ProviderRegistry } from '../../src/providers/provider-registry';
import { ProvidersConfig } from '../../src/providers/providers.config';
import { VendorsConfig } from '../../src/providers/vendors.config';
import { VendorHttp } from '../../src/providers/wire/vendor-http';
import { MetricsService } from '../../src/telemetry/metrics.service';
import { TelemetryConfig } from '../../src/telemetry/telemetry.config';

/** The providers part of the gateway, wired as its module wires it, without the rest. */
export class ProviderKit {
  readonly http: HttpClient;
  readonly health: ProviderHealth;
  readonly invoker: ProviderInvoker;
  readonly registry: ProviderRegistry;
  readonly catalog: ModelCatalog;
  readonly metrics: MetricsService;
  readonly prober: ProviderProber;

  constructor(
    settings: Readonly<Record<string, string>>,
    clock: Clock = new SystemClock(),
    http?: HttpClient,
  ) {
    const config = loadConfig(
      [ProvidersConfig, VendorsConfig, HttpClientConfig, ExtraProvidersConfig, TelemetryConfig],
      settings,
    );
    const providers = config.get(ProvidersConfig);
    const extra = config.get(ExtraProvidersConfig);
    this.http = http ?? new HttpClient(config.get(HttpClientConfig));
    const vendorHttp = new VendorHttp(this.http, providers, clock);
    const adapters = CHAT_ADAPTERS.map((adapter) =>
      adapter === DemoAdapter ? new DemoAdapter(clock) : new adapter(vendorHttp),
    );
    this.registry = new ProviderRegistry(adapters, providers, config.get(VendorsConfig), extra);
    this.health = new ProviderHealth(this.registry, providers, clock);
    const pool = new CredentialPool(this.health, clock);
    this.metrics = new MetricsService(config.get(TelemetryConfig));
    this.prober = new ProviderProber(this.registry, this.health, this.http, providers, clock);
    this.invoker = new ProviderInvoker(pool, this.health, providers, clock, this.metrics);
    this.catalog = new ModelCatalog([
      ...KNOWN_MODELS,
      ...extra.litellmModels,
      ...extra.providers.flatMap((provider) => provider.models),
    ]);
  }

  target(name: string): InvocationTarget {
    const card: ModelCard | undefined = this.catalog.findByName(name)[0];
    const provider = card && this.registry.find(card.provider);
    if (!card || !provider) throw new Error(`${name} cannot be called`);
    return { provider, card };
  }

  close(): Promise<void> {
    return this.http.onApplicationShutdown();
  }
}

/** A chat request with one user message; everything else by need. */
export function chatRequest(text: string, changes: Partial<ChatRequest> = {}): ChatRequest {
  return {
    dialect: 'openai-chat',
    model: 'gpt-4o',
    messages: [userMessage(text)],
    sampling: {},
    choiceCount: 1,
    stream: false,
    includeUsage: false,
    extensions: {},
    ...changes,
  };
}

function userMessage(text: string): ChatMessage {
  return { role: 'user', plainText: true, content: [{ type: 'text', text }] };
}

/** An invocation with room enough; the signal is one that nobody aborts unless given. */
export function invocation(request: ChatRequest | string, changes: Partial<Invocation> = {}): Invocation {
  return {
    request: typeof request === 'string' ? chatRequest(request) : request,
    maxOutputTokens: 1_000,
    attemptId: 'att_test',
    signal: new AbortController().signal,
    ...changes,
  };
}

export async function collect(events: AsyncIterable<ChatStreamEvent>): Promise<ChatStreamEvent[]> {
  const found: ChatStreamEvent[] = [];
  for await (const event of events) found.push(event);
  return found;
}

/** The text of one choice of a streamed answer. */
export function streamedText(events: readonly ChatStreamEvent[], choice = 0): string {
  return events.map((event) => (event.type === 'text' && event.choice === choice ? event.text : '')).join('');
}

/** The ProviderError a call ends with; anything else, success included, fails the test. */
export async function providerErrorOf(work: Promise<unknown>): Promise<ProviderError> {
  const outcome: unknown = await work.then(
    () => 'no failure',
    (error: unknown) => error,
  );
  if (outcome instanceof ProviderError) return outcome;
  throw new Error(`expected a ProviderError, got ${String(outcome)}`, { cause: outcome });
}
