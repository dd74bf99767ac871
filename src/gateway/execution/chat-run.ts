import type { Span } from '@opentelemetry/api';
import type { Caller } from '../../access/caller';
import type { ModelCard } from '../../catalog/model-card';
import type { NanoUsd } from '../../common/money';
import type { RequestHold } from '../../cost/holds/request-hold';
import type { AttemptPurpose, AttemptStatus } from '../../cost/ledger/usage-row';
import type { ChatRequest } from '../../llm/chat-request';
import type { EmbeddingRequest } from '../../llm/embedding-request';
import { addUsage, type TokenUsage } from '../../llm/token-usage';
import type { RequestFacts } from '../../platform/http/request-facts';
import type { ConfiguredProvider } from '../../providers/provider-registry';
import type { Question } from './question-of';

/** One candidate of the plan with what a call to it may take. */
export interface ExecutionTarget {
  readonly provider: ConfiguredProvider;
  readonly card: ModelCard;
  readonly region: string;
  /** Sent to the vendor, so that the worst case below is the real one. */
  readonly maxOutputTokens: number;
  readonly worstCaseNanoUsd: NanoUsd;
  /** Upper bound of the prompt in tokens, as this model counts. */
  readonly inputTokensBound: number;
  /** Upper bound of prompt and answer together. */
  readonly worstCaseTokens: number;
  /** The service tiers whose price is known; the worst case is that of the one the client asked for. */
  readonly serviceTiers?: readonly string[];
}

/** Why this plan: copied into every ledger row of the request. */
export interface RunDecision {
  readonly decisionId: string;
  readonly strategy: string;
  readonly objective: string;
  readonly intent: string | null;
  readonly priceVersion: string;
}

/** A request on its way through the plan, whatever it asks for. */
export interface VendorRun {
  readonly facts: RequestFacts;
  /** The request's span, when it is sampled. */
  readonly span: Span | undefined;
  readonly caller: Caller;
  /** Name of the task in the ledger, such as `chat.completions`. */
  readonly endpoint: string;
  /** What its calls are made for. */
  readonly purpose: AttemptPurpose;
  /** Route template, for metrics. */
  readonly route: string;
  /** What the client wrote as `model`. */
  readonly requestedModel: string | undefined;
  /** What the client asks, after policy; the calls of a cascade or a judge are made to answer it. */
  readonly question: Question;
  readonly decision: RunDecision;
  /** In the order in which they are tried; at least one. */
  readonly targets: readonly ExecutionTarget[];
  /** Every model the plan could have chosen; what it saved is measured against them. */
  readonly candidates: readonly ModelCard[];
  /** The output limit the client asked for. */
  readonly outputLimit: number | undefined;
  /** Who else could answer by what is known now; empty when nobody. */
  readonly nextTargets: () => readonly ExecutionTarget[];
  readonly hold: RequestHold;
  /** What the client wants to spend at most on all attempts together. */
  readonly ceilingNanoUsd: NanoUsd | undefined;
  /** Fires when the client leaves. */
  readonly signal: AbortSignal;
  readonly tally: RunTally;
  /** What routing has spent on the request before it decided; settled apart. */
  readonly auxiliaryNanoUsd?: NanoUsd;
  /** Attempts of earlier steps of the same request, which do not count against the limit of this one. */
  readonly attemptsBefore?: number;
}

/** Everything the request has cost so far, failed attempts and the decision itself included. */
export function costSoFar({ tally, auxiliaryNanoUsd = 0n }: VendorRun): NanoUsd {
  return tally.costNanoUsd + auxiliaryNanoUsd;
}

/** A chat on its way. */
export interface ChatRun extends VendorRun {
  /** As it leaves the house: after policy. */
  readonly chat: ChatRequest;
}

/** Texts on their way to become vectors. */
export interface EmbeddingRun extends VendorRun {
  /** As it leaves the house: after policy. */
  readonly embedding: EmbeddingRequest;
  /** What the inputs probably have, for a vendor that does not say. */
  readonly inputTokensExpected: number;
}

/** A call that answered: whom, and what the vendor counted. */
export interface AnsweredCall {
  readonly target: ExecutionTarget;
  readonly usage: TokenUsage;
  /** How the vendor says it served. */
  readonly serviceTier?: string;
}

/** How a call ended, as far as the record of its request is concerned. */
export interface CallEnd {
  readonly card: ModelCard;
  readonly region: string;
  readonly status: AttemptStatus;
  readonly errorCode: string | undefined;
  readonly startedAtMs: number;
  readonly usage: TokenUsage;
}

/** What the attempts of a request have taken so far. */
export class RunTally {
  attempts = 0;
  /** Attempts at models the vendor does not have; they cost nothing and do not count against the limit. */
  unknownModels = 0;
  costNanoUsd: NanoUsd = 0n;
  tokens = 0;
  /** The last call that answered. */
  answer: AnsweredCall | undefined;
  /** The last call that answered, or else the last call; of a request in parts its usage is that of all answers. */
  end: CallEnd | undefined;
  private attemptsBefore = 0;

  /** Attempts that count against the limit: those of the part in progress, at models the vendor has. */
  get countedAttempts(): number {
    return this.attempts - this.unknownModels - this.attemptsBefore;
  }

  /** A request that is answered in parts has its attempts for each of them. */
  beginPart(): void {
    this.attemptsBefore = this.attempts - this.unknownModels;
  }

  noteEnd(end: CallEnd): void {
    const known = this.end;
    if (known?.status === 'success' && end.status !== 'success') return;
    const isFurtherPart = known?.status === 'success' && this.attemptsBefore > 0;
    this.end = isFurtherPart ? { ...end, usage: addUsage(known.usage, end.usage) } : end;
  }

  add(costNanoUsd: NanoUsd, tokens: number): void {
    this.costNanoUsd += costNanoUsd;
    this.tokens += tokens;
  }
}
