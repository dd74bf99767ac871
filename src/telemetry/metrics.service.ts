import { Injectable } from '@nestjs/common';
import { Registry, collectDefaultMetrics } from 'prom-client';
import { toUsdNumber, type NanoUsd } from '../common/money';
import { BoundedLabels, KnownModels } from './bounded-labels';
import { ChildCache, type BoundCounter, type BoundHistogram } from './child-cache';
import { defineMetrics, type Metrics } from './metrics';
import { TelemetryConfig } from './telemetry.config';

/** Route label of requests that met no route. */
export const UNMATCHED_ROUTE = 'unmatched';

export interface HttpRequestSample {
  /** Route template, or {@link UNMATCHED_ROUTE}; the time of the latter says nothing and is not kept. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly durationMs: number;
  /** Code of the error answered, if any. */
  readonly errorCode: string | undefined;
}

export interface ProviderCallSample {
  readonly provider: string;
  readonly model: string;
  /** `success`, or the kind of a ProviderError. */
  readonly outcome: string;
  readonly durationMs: number;
}

export interface CredentialCallSample {
  readonly provider: string;
  /** `key-1`, `key-2` …; never the key. */
  readonly credential: string;
  readonly outcome: string;
}

export interface UsageSample {
  readonly provider: string;
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costNanoUsd: NanoUsd;
  /** What the provider says the call cost, when it says so. */
  readonly vendorCostNanoUsd?: NanoUsd;
}

export type HoldFate = 'granted' | 'settled' | 'released' | 'expired' | 'overrun';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const MAX_ROUTES = 200;
const MAX_NAMES = 40;

/**
 * Where modules report what happened. Cheap enough for the hot path, never fails, and does nothing
 * when metrics are off. Label values are bounded here, so callers need not care.
 */
@Injectable()
export class MetricsService {
  readonly registry = new Registry();
  private readonly metrics: Metrics = defineMetrics(this.registry);
  private readonly enabled: boolean;
  private readonly models = new KnownModels();
  private readonly routes = new BoundedLabels(MAX_ROUTES);
  private readonly names = new BoundedLabels(4 * MAX_NAMES);
  private readonly piiTypes = new BoundedLabels(MAX_NAMES);
  private readonly counters = new ChildCache<BoundCounter>();
  private readonly histograms = new ChildCache<BoundHistogram>();
  private inFlight = 0;
  private readReplicas: () => number = () => 0;

  constructor(config: TelemetryConfig) {
    this.enabled = config.metricsEnabled;
    if (this.enabled) collectDefaultMetrics({ register: this.registry });
  }

  /** Announces models that may appear as labels; everything else is counted as `other`. Can be called again. */
  registerModels(provider: string, models: Iterable<string>): void {
    this.models.add(provider, models);
  }

  requestStarted(): void {
    this.inFlight += 1;
  }

  /** Counts a finished request, and by its status also refused authentications and rate limits. */
  httpRequest(sample: HttpRequestSample): void {
    this.inFlight -= 1;
    if (!this.enabled) return;
    const route = this.routes.of(sample.route);
    const method = METHODS.has(sample.method) ? sample.method : 'OTHER';
    const status = String(sample.status);
    const { httpRequests, httpLatency } = this.metrics;
    this.counters
      .get(httpRequests, `${route} ${method} ${status}`, () => httpRequests.labels(route, method, status))
      .inc(1);
    if (route !== UNMATCHED_ROUTE) {
      this.histograms
        .get(httpLatency, `${route} ${method}`, () => httpLatency.labels(route, method))
        .observe(sample.durationMs);
    }
    if (sample.status === 401) this.metrics.authFailures.inc({ reason: this.reasonOf(sample) });
    else if (sample.status === 429) this.metrics.rateLimited.inc({ reason: this.reasonOf(sample) });
  }

  /** A routing decision for a request to this route template. */
  routerDecision(sample: { route: string; durationMs: number }): void {
    if (!this.enabled) return;
    const route = this.routes.of(sample.route);
    const { routerRequests, routerLatency } = this.metrics;
    this.counters.get(routerRequests, route, () => routerRequests.labels(route)).inc(1);
    this.histograms.get(routerLatency, route, () => routerLatency.labels(route)).observe(sample.durationMs);
  }

  /** An attempt failed and the plan moved on; `reason` is the kind of the ProviderError. */
  routerFallback(sample: { route: string; reason: string }): void {
    if (!this.enabled) return;
    this.metrics.routerFallbacks.inc({
      route: this.routes.of(sample.route),
      reason: this.names.of(sample.reason),
    });
  }

  /** A step of a cascade: its answer was accepted, did not hold, or never came. */
  cascadeStep(outcome: 'accepted' | 'escalated' | 'failed'): void {
    if (this.enabled) this.metrics.cascadeSteps.inc({ outcome });
  }

  /** A tenant had its turn of learning a router from its decisions. */
  routerLearning(outcome: string): void {
    if (this.enabled) this.metrics.routerLearning.inc({ outcome });
  }

  /** A language model was asked for an intent, or could not be. */
  intentOpinion(outcome: string): void {
    if (this.enabled) this.metrics.intentOpinions.inc({ outcome: this.names.of(outcome) });
  }

  /** The configured embedder was asked for a prompt's meaning: it answered, or why the built-in one stood in. */
  routerEmbedding(embedder: string, outcome: string): void {
    if (!this.enabled) return;
    this.metrics.routerEmbeddings.inc({
      embedder: this.names.of(embedder),
      outcome: this.names.of(outcome),
    });
  }

  providerCall(sample: ProviderCallSample): void {
    if (!this.enabled) return;
    const { provider, model } = this.models.labelsOf(sample.provider, sample.model);
    const outcome = this.names.of(sample.outcome);
    const { llmRequests, llmLatency } = this.metrics;
    const key = `${provider} ${model}`;
    this.counters
      .get(llmRequests, `${key} ${outcome}`, () => llmRequests.labels(provider, model, outcome))
      .inc(1);
    this.histograms.get(llmLatency, key, () => llmLatency.labels(provider, model)).observe(sample.durationMs);
  }

  credentialCall(sample: CredentialCallSample): void {
    if (!this.enabled) return;
    const provider = this.names.of(sample.provider);
    const credential = this.names.of(sample.credential);
    const outcome = this.names.of(sample.outcome);
    const { credentialCalls } = this.metrics;
    this.counters
      .get(credentialCalls, `${provider} ${credential} ${outcome}`, () =>
        credentialCalls.labels(provider, credential, outcome),
      )
      .inc(1);
  }

  /** Tokens and cost of a call whose usage is known. */
  usage(sample: UsageSample): void {
    if (!this.enabled) return;
    const { provider, model } = this.models.labelsOf(sample.provider, sample.model);
    const { tokensIn, tokensOut, cost } = this.metrics;
    const key = `${provider} ${model}`;
    this.counters.get(tokensIn, key, () => tokensIn.labels(provider, model)).inc(sample.inputTokens);
    this.counters.get(tokensOut, key, () => tokensOut.labels(provider, model)).inc(sample.outputTokens);
    this.counters.get(cost, key, () => cost.labels(provider, model)).inc(toUsdNumber(sample.costNanoUsd));
    if (sample.vendorCostNanoUsd === undefined) return;
    const { costDeviation } = this.metrics;
    this.histograms
      .get(costDeviation, key, () => costDeviation.labels(provider, model))
      .observe(distance(sample.costNanoUsd, sample.vendorCostNanoUsd));
  }

  /** `kind` is one of the closed set of security events. */
  securityEvent(kind: string): void {
    if (this.enabled) this.metrics.securityEvents.inc({ kind: this.names.of(kind) });
  }

  policyViolation(type: string): void {
    if (this.enabled) this.metrics.policyViolations.inc({ type: this.names.of(type) });
  }

  redaction(piiType: string, count = 1): void {
    if (this.enabled) this.metrics.policyRedactions.inc({ pii_type: this.piiTypes.of(piiType) }, count);
  }

  budgetDenied(level: string): void {
    if (this.enabled) this.metrics.budgetDenials.inc({ level: this.names.of(level) });
  }

  /** What became of budget holds; `overrun` counts beside `settled` when the call cost more than was held. */
  holdOutcome(outcome: HoldFate, count = 1): void {
    if (!this.enabled) return;
    const { holds } = this.metrics;
    this.counters.get(holds, outcome, () => holds.labels(outcome)).inc(count);
  }

  /** Greatest distance between a counter and the ledger at the last comparison. */
  counterDrift(nanoUsd: bigint): void {
    if (this.enabled) this.metrics.counterDrift.set(Number(nanoUsd) / 1e9);
  }

  /** The counters of an organization were computed from the ledger. */
  countersRebuilt(): void {
    if (this.enabled) this.metrics.counterRebuilds.inc();
  }

  /** How waiting for room in a budget ended. */
  budgetWait(outcome: 'granted' | 'in_vain' | 'timeout' | 'client_left'): void {
    if (this.enabled) this.metrics.budgetWaits.inc({ outcome });
  }

  /** `read` is asked for the number of known replicas whenever metrics are shown. */
  showReplicas(read: () => number): void {
    this.readReplicas = read;
  }

  /** A request was counted on this replica's part of its rate limits because the shared counters were away. */
  rateLimitedByShare(outcome: 'allowed' | 'refused'): void {
    if (this.enabled) this.metrics.rateLimitShares.inc({ outcome });
  }

  /** What is set aside for while the store is away. */
  leased(amounts: readonly NanoUsd[]): void {
    if (!this.enabled) return;
    this.metrics.leases.set(amounts.length);
    this.metrics.leased.set(toUsdNumber(amounts.reduce((sum, amount) => sum + amount, 0n)));
  }

  /** A request came while the store was away. */
  leaseRequest(outcome: 'granted' | 'used_up' | 'none'): void {
    if (this.enabled) this.metrics.leaseRequests.inc({ outcome });
  }

  leaseSpent(nanoUsd: NanoUsd): void {
    if (this.enabled) this.metrics.leaseSpent.inc(toUsdNumber(nanoUsd));
  }

  leaseRecall(): void {
    if (this.enabled) this.metrics.leaseRecalls.inc();
  }

  holdsExpired(count: number): void {
    this.holdOutcome('expired', count);
  }

  holdOverrun(): void {
    this.holdOutcome('overrun');
  }

  /** Rows that became part of the ledger. */
  usageRecorded(rows: number): void {
    if (this.enabled) this.metrics.ledgerRows.inc(rows);
  }

  /** Rows that the ledger refused and that are kept as dead letters. */
  deadLetters(topic: 'usage' | 'request', rows: number): void {
    if (this.enabled) this.metrics.deadLetters.inc({ topic }, rows);
  }

  alertRaised(kind: string, severity: string): void {
    if (this.enabled)
      this.metrics.alerts.inc({ kind: this.names.of(kind), severity: this.names.of(severity) });
  }

  alertDelivery(channel: string, outcome: 'success' | 'failure'): void {
    if (this.enabled) this.metrics.alertDeliveries.inc({ channel: this.names.of(channel), outcome });
  }

  auditExported(destination: string, outcome: 'delivered' | 'dead_letter', count: number): void {
    this.metrics.auditExported.inc({ destination, outcome }, count);
  }

  outboxPending(pending: { bytes: number; oldestAgeSeconds: number }): void {
    this.metrics.outboxPendingBytes.set(pending.bytes);
    this.metrics.outboxOldestAge.set(pending.oldestAgeSeconds);
  }

  /** The exposition text that Prometheus reads. */
  async exposition(): Promise<{ contentType: string; text: string }> {
    this.metrics.httpInFlight.set(this.inFlight);
    this.metrics.replicas.set(this.readReplicas());
    return { contentType: this.registry.contentType, text: await this.registry.metrics() };
  }

  private reasonOf(sample: HttpRequestSample): string {
    return this.names.of(sample.errorCode ?? 'unknown');
  }
}

/** 0 for the same, 0.5 when one is twice the other, towards 1 when they have nothing to do with each other. */
function distance(one: NanoUsd, other: NanoUsd): number {
  const larger = one > other ? one : other;
  const difference = one > other ? one - other : other - one;
  return larger === 0n ? 0 : Number(difference) / Number(larger);
}
