import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../common/clock';
import type { ProviderProbe } from '../llm/chat-adapter';
import { HttpClient } from '../platform/http/http-client';
import { ProviderHealth } from './provider-health';
import type { ProviderCredential } from './provider-credential';
import { ProviderRegistry, type ConfiguredProvider } from './provider-registry';
import { ProvidersConfig } from './providers.config';
import type { Circuit } from './resilience/circuit';

/**
 * What a probe found: an answer, none, a refusal of the key, or a server that has no list of models and so
 * says nothing.
 */
export type ProbeOutcome = 'up' | 'down' | 'refused' | 'unknown';

export interface ProbeReport {
  readonly atMs: number;
  readonly outcome: ProbeOutcome;
  readonly latencyMs: number;
}

interface Probing {
  readonly provider: ConfiguredProvider;
  readonly credential: ProviderCredential;
  readonly probe: ProviderProbe;
}

const DEADLINE_MS = 2_000;
/** More than this at a time would be a load of its own. */
const MAX_AT_A_TIME = 16;

/**
 * Asks ailing providers for their list of models, which costs nothing. A vendor that is seen to be away spares
 * clients the trial calls; one that has come back gets its trial call at once. Only a change counts: a list that
 * was there all the time says nothing about a model that fails.
 */
@Injectable()
export class ProviderProber implements OnModuleInit, OnApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly reports = new Map<string, ProbeReport>();
  /** Last outcome by provider and credential, while it is ailing. */
  private readonly outcomes = new Map<string, ProbeOutcome>();
  private timer: NodeJS.Timeout | undefined;
  private isProbing = false;

  constructor(
    private readonly registry: ProviderRegistry,
    private readonly health: ProviderHealth,
    private readonly http: HttpClient,
    private readonly config: ProvidersConfig,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    const { probeIntervalMs } = this.config;
    if (probeIntervalMs > 0) this.timer = setInterval(() => void this.probeAiling(), probeIntervalMs).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
    this.stopping.abort();
  }

  /** The last probe of a provider; undefined when none was needed yet. */
  lastOf(provider: string): ProbeReport | undefined {
    return this.reports.get(provider);
  }

  /** One round over everything that is ailing. Never fails. */
  async probeAiling(): Promise<void> {
    if (this.isProbing) return;
    this.isProbing = true;
    try {
      await Promise.all(this.due().map((probing) => this.probe(probing)));
    } finally {
      this.isProbing = false;
    }
  }

  private due(): readonly Probing[] {
    const found: Probing[] = [];
    for (const provider of this.registry.list()) {
      for (const credential of provider.credentials) {
        if (!this.isAiling(provider.name, credential.label)) {
          this.outcomes.delete(nameOf(provider, credential));
          continue;
        }
        const endpoint = { ...provider.endpoint, apiKey: credential.apiKey };
        const probe = provider.adapter.probe?.(endpoint);
        if (probe) found.push({ provider, credential, probe });
      }
    }
    return found.slice(0, MAX_AT_A_TIME);
  }

  private isAiling(provider: string, label: string): boolean {
    if (this.health.refusalsOf(provider).ofAll(label)) return true;
    return this.circuitsOf(provider, label).some(({ status }) => status !== 'closed');
  }

  private circuitsOf(provider: string, label: string): readonly Circuit[] {
    return [...this.health.calledModels(provider)].map((model) => model.of(label).circuit);
  }

  private async probe(probing: Probing): Promise<void> {
    const startedAtMs = this.clock.monotonic();
    const outcome = await this.ask(probing.probe);
    if (this.stopping.signal.aborted) return;
    const latencyMs = this.clock.monotonic() - startedAtMs;
    this.reports.set(probing.provider.name, { atMs: this.clock.now(), outcome, latencyMs });
    this.learn(probing, outcome);
  }

  private async ask({ url, headers }: ProviderProbe): Promise<ProbeOutcome> {
    try {
      const { status, body } = await this.http.request({
        url,
        method: 'GET',
        headers: { accept: 'application/json', 'user-agent': 'modelmuxer', ...headers },
        signal: AbortSignal.any([this.stopping.signal, AbortSignal.timeout(DEADLINE_MS)]),
        headersTimeoutMs: DEADLINE_MS,
        bodyTimeoutMs: DEADLINE_MS,
      });
      body.discard();
      return outcomeOf(status);
    } catch {
      return 'down';
    }
  }

  private learn({ provider, credential }: Probing, outcome: ProbeOutcome): void {
    const name = nameOf(provider, credential);
    const before = this.outcomes.get(name);
    this.outcomes.set(name, outcome);
    const circuits = this.circuitsOf(provider.name, credential.label);
    if (outcome === 'down') for (const circuit of circuits) circuit.postpone();
    if (outcome !== 'up') return;
    if (before === 'down') for (const circuit of circuits) circuit.hasten();
    if (before === 'refused') this.health.refusalsOf(provider.name).accept(credential.label);
  }
}

function nameOf({ name }: ConfiguredProvider, { label }: ProviderCredential): string {
  return `${name} ${label}`;
}

function outcomeOf(status: number): ProbeOutcome {
  if (status < 300 || status === 429) return 'up';
  if (status === 401 || status === 403) return 'refused';
  return status >= 500 ? 'down' : 'unknown';
}
