import { Injectable } from '@nestjs/common';
import type { Span } from '@opentelemetry/api';
import { ModelCatalog } from '../../catalog/model-catalog';
import type { ModelCard } from '../../catalog/model-card';
import { costOfUsage, hasPriceOf } from '../../catalog/price-book';
import { EffectivePrices } from '../../catalog/prices/effective-prices';
import { Clock } from '../../common/clock';
import { newId } from '../../common/ids';
import type { NanoUsd } from '../../common/money';
import { UsageJournal } from '../../cost/ledger/usage-journal';
import type { AttemptStatus, CostSource, UsageRow } from '../../cost/ledger/usage-row';
import { inputTokensOf, NO_USAGE, outputTokensOf, type TokenUsage } from '../../llm/token-usage';
import { MetricsService } from '../../telemetry/metrics.service';
import { failSpan, Tracing } from '../../telemetry/tracing';
import type { AnsweredCall, ExecutionTarget, VendorRun } from './chat-run';
import { toLedgerText } from './ledger-text';

/** A call to a vendor that has been noted and may now be sent. */
export interface OpenAttempt {
  readonly attemptId: string;
  readonly target: ExecutionTarget;
  readonly startedAtMs: number;
  readonly intent: UsageRow;
  /** The `provider.invoke` span, when the request is sampled. */
  readonly span: Span | undefined;
  /** W3C `traceparent` that goes with the call. */
  readonly traceParent: string;
}

/** How a call ended. */
export interface AttemptEnd {
  readonly status: AttemptStatus;
  readonly errorCode?: string;
  /** The model the vendor named; undefined when it named none. */
  readonly answeredModel?: string;
  /** How the vendor says it served; undefined when it says nothing. */
  readonly serviceTier?: string;
  readonly usage: TokenUsage;
  /** Of estimated usage: what the vendor counted at least. */
  readonly leastUsage?: TokenUsage;
  /** `exact` when the usage is the vendor's, or when the vendor certainly billed nothing. */
  readonly source: Extract<CostSource, 'exact' | 'estimated'>;
  /** A second opinion on the cost, for the metrics only. */
  readonly vendorCostNanoUsd?: NanoUsd;
  readonly firstTokenMs?: number;
}

/** What was booked for a call. */
export interface AttemptReceipt {
  readonly attempt: OpenAttempt;
  readonly card: ModelCard;
  readonly usage: TokenUsage;
  readonly costNanoUsd: NanoUsd;
  readonly costSource: CostSource;
  /** Of an estimate: what the call cost at least. */
  readonly leastNanoUsd?: NanoUsd;
}

/** Notes every single call to a vendor before and after it, and prices it. */
@Injectable()
export class AttemptLedger {
  constructor(
    private readonly journal: UsageJournal,
    private readonly catalog: ModelCatalog,
    private readonly prices: EffectivePrices,
    private readonly clock: Clock,
    private readonly metrics: MetricsService,
    private readonly tracing: Tracing,
  ) {}

  /** Resolves when the intent is durable; only then may the call be sent. */
  async begin(run: VendorRun, target: ExecutionTarget): Promise<OpenAttempt> {
    const startedAtMs = this.clock.now();
    const attemptId = newId('att', startedAtMs);
    const intent = toIntent(run, target, { attemptId, startedAtMs });
    await this.journal.begin(intent);
    run.tally.attempts += 1;
    const { provider, model } = target.card;
    const span = this.tracing.startSpan(run.span, 'provider.invoke', {
      'gen_ai.provider.name': provider,
      'gen_ai.request.model': model,
      'modelmuxer.attempt_id': attemptId,
    });
    return {
      attemptId,
      target,
      startedAtMs,
      intent,
      span,
      traceParent: this.tracing.traceParentFor(run.facts, span),
    };
  }

  /** Resolves when the outcome is durable; only then may the last byte go to the client. */
  async end(run: VendorRun, attempt: OpenAttempt, end: AttemptEnd): Promise<AttemptReceipt> {
    const receipt = this.priceOf(attempt, end);
    const now = this.clock.now();
    // Counted even if the note below fails: the hold is settled with what the vendor bills.
    run.tally.add(receipt.costNanoUsd, inputTokensOf(receipt.usage) + outputTokensOf(receipt.usage));
    if (end.status === 'success') run.tally.answer = toAnswered(receipt, end);
    noteEnd(run, receipt, end);
    endSpan(attempt.span, end, receipt);
    await this.journal.end({
      ...attempt.intent,
      resolved_model: receipt.card.model,
      finished_at: new Date(now).toISOString(),
      latency_ms: Math.max(0, Math.round(now - attempt.startedAtMs)),
      first_token_ms: end.firstTokenMs === undefined ? null : Math.round(end.firstTokenMs),
      usage: receipt.usage,
      cost_nano_usd: receipt.costNanoUsd.toString(),
      cost_source: receipt.costSource,
      least_nano_usd: receipt.leastNanoUsd?.toString() ?? null,
      service_tier: end.serviceTier === undefined ? null : toLedgerText(end.serviceTier),
      status: end.status,
      error_code: end.errorCode ?? null,
    });
    this.metrics.providerCall({
      provider: receipt.card.provider,
      model: receipt.card.model,
      outcome: end.errorCode ?? end.status,
      durationMs: now - attempt.startedAtMs,
    });
    this.metrics.usage({
      provider: receipt.card.provider,
      model: receipt.card.model,
      inputTokens: inputTokensOf(receipt.usage),
      outputTokens: outputTokensOf(receipt.usage),
      costNanoUsd: receipt.costNanoUsd,
      vendorCostNanoUsd: end.source === 'exact' ? end.vendorCostNanoUsd : undefined,
    });
    return receipt;
  }

  private priceOf(attempt: OpenAttempt, end: AttemptEnd): AttemptReceipt {
    const requested = attempt.target.card;
    const answered =
      end.answeredModel === undefined
        ? undefined
        : this.catalog.resolveAnswered(requested.provider, end.answeredModel);
    const card = answered ?? requested;
    const priced = this.prices.cardFor(attempt.intent.organization_id, card);
    const { usage, leastUsage, serviceTier } = end;
    const costOf = (used: TokenUsage): NanoUsd => costOfUsage(priced, used, attempt.startedAtMs, serviceTier);
    const cost = costOf(usage);
    const receipt = { attempt, card, usage };
    if (end.source === 'exact') {
      const isExact = cost === 0n || hasPriceOf(priced, usage, attempt.startedAtMs, serviceTier);
      return { ...receipt, costNanoUsd: cost, costSource: isExact ? 'exact' : 'estimated' };
    }
    // Estimated usage is our own number: it never takes more than was reserved for the call.
    const within = (amount: NanoUsd): NanoUsd => smaller(amount, attempt.target.worstCaseNanoUsd);
    const leastNanoUsd = within(leastUsage ? costOf(leastUsage) : 0n);
    return { ...receipt, costNanoUsd: within(cost), costSource: 'estimated', leastNanoUsd };
  }
}

function smaller(a: NanoUsd, b: NanoUsd): NanoUsd {
  return a < b ? a : b;
}

function toAnswered({ attempt, usage }: AttemptReceipt, { serviceTier }: AttemptEnd): AnsweredCall {
  return { target: attempt.target, usage, serviceTier };
}

/** A judge answers us, not the client. */
function noteEnd(
  run: VendorRun,
  { attempt, card, usage }: AttemptReceipt,
  { status, errorCode }: AttemptEnd,
): void {
  if (run.purpose === 'judge') return;
  const { target, startedAtMs } = attempt;
  run.tally.noteEnd({ card, region: target.region, status, errorCode, startedAtMs, usage });
}

function endSpan(span: Span | undefined, end: AttemptEnd, receipt: AttemptReceipt): void {
  if (!span) return;
  span.setAttributes({
    'gen_ai.response.model': receipt.card.model,
    'gen_ai.usage.input_tokens': inputTokensOf(receipt.usage),
    'gen_ai.usage.output_tokens': outputTokensOf(receipt.usage),
  });
  if (end.errorCode !== undefined) failSpan(span, end.errorCode);
  span.end();
}

/** The intent carries the worst case, so that it can be booked as it is if this process dies. */
function toIntent(
  run: VendorRun,
  target: ExecutionTarget,
  attempt: { attemptId: string; startedAtMs: number },
): UsageRow {
  const { caller, decision } = run;
  return {
    attempt_id: attempt.attemptId,
    request_id: run.facts.requestId,
    client_request_id: run.facts.clientRequestId ?? null,
    hold_id: run.hold.holdId,
    organization_id: caller.organizationId,
    project_id: caller.projectId ?? null,
    user_id: caller.userId,
    api_key_id: caller.apiKeyId ?? null,
    endpoint: run.endpoint,
    purpose: run.purpose,
    requested_model: run.requestedModel === undefined ? null : toLedgerText(run.requestedModel),
    provider: target.card.provider,
    resolved_model: target.card.model,
    region: target.region,
    strategy: decision.strategy,
    objective: decision.objective,
    intent: decision.intent,
    decision_id: decision.decisionId,
    price_version: decision.priceVersion,
    held_at: new Date(run.hold.heldAtMs).toISOString(),
    started_at: new Date(attempt.startedAtMs).toISOString(),
    finished_at: null,
    latency_ms: null,
    first_token_ms: null,
    usage: {
      ...NO_USAGE,
      inputUncached: target.inputTokensBound,
      outputText: target.worstCaseTokens - target.inputTokensBound,
    },
    cost_nano_usd: target.worstCaseNanoUsd.toString(),
    held_nano_usd: target.worstCaseNanoUsd.toString(),
    cost_source: 'estimated',
    status: 'unknown',
    error_code: null,
    caller_region: run.facts.callerRegion ?? null,
  };
}
