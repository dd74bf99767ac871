import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const HTTP_BUCKETS_MS = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000];
const DECISION_BUCKETS_MS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100];
const DEVIATION_BUCKETS = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75];
const PROVIDER_BUCKETS_MS = [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000];

/**
 * Every metric of the service. The names without prefix are fixed by the requirement documents. All
 * labels have closed or capped sets of values; tenants, users, keys and ids are never labels.
 */
export function defineMetrics(registry: Registry) {
  const define = definers(registry);
  return {
    ...http(define),
    ...router(define),
    ...providers(define),
    ...policy(define),
    ...money(define),
    ...storeLoss(define),
  };
}

export type Metrics = ReturnType<typeof defineMetrics>;

type Define = ReturnType<typeof definers>;

function http({ counter, gauge, histogram }: Define) {
  return {
    httpRequests: counter('http_requests_total', 'HTTP requests', ['route', 'method', 'status']),
    httpLatency: histogram(
      'http_request_latency_ms',
      'Time to the last byte of the answer, streams included, in ms',
      {
        labelNames: ['route', 'method'],
        buckets: HTTP_BUCKETS_MS,
      },
    ),
    httpInFlight: gauge('modelmuxer_http_requests_in_flight', 'HTTP requests being worked on'),
    authFailures: counter('modelmuxer_auth_failures_total', 'Refused authentications by error code', [
      'reason',
    ]),
    securityEvents: counter('modelmuxer_security_events_total', 'Unusual activity by kind', ['kind']),
    rateLimited: counter('modelmuxer_rate_limited_total', 'Requests answered with 429 by error code', [
      'reason',
    ]),
  };
}

function router({ counter, histogram }: Define) {
  return {
    routerRequests: counter('llm_router_requests_total', 'Routing decisions', ['route']),
    routerLatency: histogram('llm_router_decision_latency_ms', 'Time of a routing decision in ms', {
      labelNames: ['route'],
      buckets: DECISION_BUCKETS_MS,
    }),
    routerFallbacks: counter('llm_router_fallbacks_total', 'Attempts that moved on to another model', [
      'route',
      'reason',
    ]),
    cascadeSteps: counter(
      'modelmuxer_cascade_steps_total',
      'Steps of cascades by what became of their answers',
      ['outcome'],
    ),
    routerLearning: counter(
      'modelmuxer_router_learning_total',
      'Turns of learning from decisions by what came of them',
      ['outcome'],
    ),
    intentOpinions: counter(
      'modelmuxer_intent_opinions_total',
      'Doubtful intents by what came of asking a language model',
      ['outcome'],
    ),
    routerEmbeddings: counter(
      'modelmuxer_router_embeddings_total',
      'Prompts the configured embedder was asked for, by what came of it',
      ['embedder', 'outcome'],
    ),
  };
}

function providers({ counter, histogram }: Define) {
  return {
    llmRequests: counter('llm_requests_total', 'Calls to providers', ['provider', 'model', 'outcome']),
    llmLatency: histogram('llm_request_latency_ms', 'Time of a provider call in ms', {
      labelNames: ['provider', 'model'],
      buckets: PROVIDER_BUCKETS_MS,
    }),
    credentialCalls: counter(
      'modelmuxer_provider_credential_calls_total',
      'Calls to providers by the label of the key they went out with',
      ['provider', 'credential', 'outcome'],
    ),
    tokensIn: counter('llm_request_tokens_in_total', 'Input tokens', ['provider', 'model']),
    tokensOut: counter('llm_request_tokens_out_total', 'Output tokens', ['provider', 'model']),
  };
}

function policy({ counter }: Define) {
  return {
    policyViolations: counter('policy_violations_total', 'Policy violations', ['type']),
    policyRedactions: counter('policy_redactions_total', 'Redacted passages', ['pii_type']),
  };
}

function storeLoss({ counter, gauge }: Define) {
  return {
    replicas: gauge('modelmuxer_replicas', 'Replicas this one knows of, itself included, as last heard'),
    rateLimitShares: counter(
      'modelmuxer_rate_limit_shares_total',
      'Requests counted on the share of this replica because the shared counters were away',
      ['outcome'],
    ),
    leases: gauge('modelmuxer_budget_leases', 'Leases this replica could admit requests from'),
    leased: gauge('modelmuxer_budget_leased_usd', 'Money set aside in these leases'),
    leaseRequests: counter(
      'modelmuxer_budget_lease_requests_total',
      'Requests that came while the store was away, by whether a lease had room for them',
      ['outcome'],
    ),
    leaseSpent: counter('modelmuxer_budget_lease_spent_usd_total', 'Money spent from leases', []),
    leaseRecalls: counter(
      'modelmuxer_budget_lease_recalls_total',
      'Times leases were asked back because a request needed the room',
      [],
    ),
  };
}

function money({ counter, gauge, histogram }: Define) {
  return {
    cost: counter(
      'modelmuxer_cost_usd_total',
      'Cost of provider calls in USD, for trends; the ledger is exact',
      ['provider', 'model'],
    ),
    costDeviation: histogram(
      'modelmuxer_provider_cost_deviation_ratio',
      'Distance of the booked cost from the one the provider names, as a share of the larger one',
      { labelNames: ['provider', 'model'], buckets: DEVIATION_BUCKETS },
    ),
    budgetDenials: counter('modelmuxer_budget_denials_total', 'Requests refused for lack of budget', [
      'level',
    ]),
    holds: counter('modelmuxer_budget_holds_total', 'Budget holds by what became of them', ['outcome']),
    budgetWaits: counter(
      'modelmuxer_budget_waits_total',
      'Requests that waited for room in a budget, by how it ended',
      ['outcome'],
    ),
    counterDrift: gauge(
      'modelmuxer_budget_counter_drift_usd',
      'Greatest distance between a budget counter and the ledger at the last comparison',
    ),
    counterRebuilds: counter(
      'modelmuxer_budget_rebuilds_total',
      'Organizations whose budget counters were rebuilt from the ledger',
      [],
    ),
    ledgerRows: counter('modelmuxer_ledger_rows_total', 'Rows booked in the ledger', []),
    deadLetters: counter('modelmuxer_ledger_dead_letters_total', 'Rows the ledger refused', ['topic']),
    alerts: counter('modelmuxer_alerts_total', 'Alerts raised', ['kind', 'severity']),
    alertDeliveries: counter('modelmuxer_alert_deliveries_total', 'Attempts to deliver an alert', [
      'channel',
      'outcome',
    ]),
    auditExported: counter('modelmuxer_audit_export_events_total', 'Audit events exported', [
      'destination',
      'outcome',
    ]),
    outboxPendingBytes: gauge(
      'modelmuxer_outbox_pending_bytes',
      'Outbox bytes that are not in the ledger yet',
    ),
    outboxOldestAge: gauge(
      'modelmuxer_outbox_oldest_age_seconds',
      'Age of the oldest outbox entry not in the ledger',
    ),
  };
}

function definers(registry: Registry) {
  const registers = [registry];
  return {
    counter: <const L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> =>
      new Counter({ name, help, labelNames: [...labelNames], registers }),
    gauge: (name: string, help: string): Gauge => new Gauge({ name, help, registers }),
    histogram: <const L extends string>(
      name: string,
      help: string,
      { labelNames, buckets }: { labelNames: readonly L[]; buckets: number[] },
    ): Histogram<L> => new Histogram({ name, help, labelNames: [...labelNames], buckets, registers }),
  };
}
