import { Injectable } from '@nestjs/common';
import type { ModelCard } from '../catalog/model-card';
import { Clock } from '../common/clock';
import type { ProviderCall } from '../llm/chat-adapter';
import type { ChatRequest } from '../llm/chat-request';
import type { ChatResult } from '../llm/chat-result';
import type { EmbeddingCall } from '../llm/embedding-adapter';
import type { EmbeddingRequest } from '../llm/embedding-request';
import type { EmbeddingResult } from '../llm/embedding-result';
import { isContentEvent, type ChatStreamEvent } from '../llm/chat-stream-event';
import type { ProviderError, ProviderErrorKind } from '../llm/provider-error';
import { MetricsService } from '../telemetry/metrics.service';
import { canEmbed } from './can-embed';
import { CredentialPool } from './credential-pool';
import { ProviderHealth } from './provider-health';
import type { ProviderCredential } from './provider-credential';
import type { ConfiguredProvider } from './provider-registry';
import { ProvidersConfig } from './providers.config';
import { CallDeadline } from './resilience/call-deadline';
import { RunningCall } from './running-call';

/** Who is called. */
export interface InvocationTarget {
  readonly provider: ConfiguredProvider;
  readonly card: ModelCard;
  /** Dearer service tiers that were reckoned with when the call was planned. */
  readonly serviceTiers?: readonly string[];
}

/** What belongs to every call, whatever is asked. */
interface InvocationFacts {
  readonly attemptId: string;
  /** W3C `traceparent` header of this call. */
  readonly traceParent?: string;
  /** Aborted when the client leaves; the vendor's connection is then closed at once. */
  readonly signal: AbortSignal;
}

/** What is asked of a chat model. */
export interface Invocation extends InvocationFacts {
  readonly request: ChatRequest;
  readonly maxOutputTokens: number;
}

/** What is asked of an embedding model. */
export interface EmbeddingInvocation extends InvocationFacts {
  readonly request: EmbeddingRequest;
  /** Numbers in each vector of the answer. */
  readonly vectorLength: number;
}

/**
 * The only way to a vendor. One invocation is one vendor call: circuit breaker and time limits apply,
 * nothing is repeated. Fails with ProviderError only, which says whether the vendor may have billed.
 */
@Injectable()
export class ProviderInvoker {
  constructor(
    private readonly pool: CredentialPool,
    private readonly health: ProviderHealth,
    private readonly config: ProvidersConfig,
    private readonly clock: Clock,
    private readonly metrics: MetricsService,
  ) {}

  complete(target: InvocationTarget, invocation: Invocation): Promise<ChatResult> {
    return this.whole(target, invocation, (begun) =>
      target.provider.adapter.complete(toCall(target, invocation, begun)),
    );
  }

  /** One vector per input. Models are chosen so that their provider can; anything else is a mistake of ours. */
  async embed(target: InvocationTarget, invocation: EmbeddingInvocation): Promise<EmbeddingResult> {
    const { adapter, name } = target.provider;
    if (!canEmbed(adapter)) throw new Error(`${name} was asked for embeddings, but has none`);
    return this.whole(target, invocation, (begun) =>
      adapter.embed(toEmbeddingCall(target, invocation, begun)),
    );
  }

  private async whole<T>(
    target: InvocationTarget,
    invocation: InvocationFacts,
    call: (begun: BegunCall) => Promise<T>,
  ): Promise<T> {
    const { running, ...begun } = this.begin(target, invocation, 'whole');
    using _running = running;
    try {
      const result = await call(begun);
      await running.succeed();
      return result;
    } catch (error) {
      throw await running.fail(error);
    }
  }

  /** Ends after the vendor's last event. Leaving the loop early cancels the call. */
  async *stream(target: InvocationTarget, invocation: Invocation): AsyncGenerator<ChatStreamEvent, void> {
    const { running, ...begun } = this.begin(target, invocation, 'streamed');
    const { deadline } = begun;
    using _running = running;
    try {
      for await (const event of target.provider.adapter.stream(toCall(target, invocation, begun))) {
        deadline.gotEvent();
        if (isContentEvent(event)) running.noteFirstToken();
        yield event;
        deadline.expectEvent();
      }
      await running.succeed();
    } catch (error) {
      throw await running.fail(error);
    }
  }

  /**
   * Why a call would be refused right now without being sent: a pause the vendor asked for, or open
   * circuits. Asking changes nothing, so that a refused call needs no note in the books.
   */
  refusalOf({ provider, card }: InvocationTarget): ProviderError | undefined {
    return this.pool.refusalOf(provider, card.model);
  }

  /** True when another credential of the same provider can be tried at once after a failure of this kind. */
  hasOtherCredential({ provider, card }: InvocationTarget, failure: ProviderError): boolean {
    return CREDENTIAL_MATTERS.has(failure.kind) && this.pool.hasWellAlternative(provider, card.model);
  }

  private begin(
    { provider, card }: InvocationTarget,
    { signal }: InvocationFacts,
    form: 'whole' | 'streamed',
  ): BegunCall & { readonly running: RunningCall } {
    const { name } = provider;
    const { credential, permit } = this.pool.admit(provider, card.model);
    const { isTenants } = credential;
    const called = { provider: name, model: card.model, credential: credential.label, isTenants };
    const shown = isTenants === true ? TENANT_LABEL : credential.label;
    const deadline = new CallDeadline({
      provider: name,
      signal,
      totalMs: this.config.totalTimeoutMs,
      ...(form === 'streamed' && {
        firstEventMs: this.config.firstEventTimeoutMs,
        idleMs: this.config.idleTimeoutMs,
      }),
      ...(provider.drain && { drainMs: provider.drain.maxMs }),
    });
    const running = new RunningCall({
      provider: name,
      permit,
      deadline,
      now: () => this.clock.monotonic(),
      onSuccess: (timing) => {
        this.health.recordSuccess(called, timing);
        this.metrics.credentialCall({ provider: name, credential: shown, outcome: 'success' });
      },
      onFailure: (error) => {
        this.health.recordFailure(called, error);
        this.metrics.credentialCall({ provider: name, credential: shown, outcome: error.kind });
      },
    });
    return { running, deadline, credential };
  }
}

/** What metrics say of all keys of organizations. */
const TENANT_LABEL = 'tenant';

interface BegunCall {
  readonly deadline: CallDeadline;
  readonly credential: ProviderCredential;
}

/** Failures that are a matter of the key, not of the vendor or the model. */
const CREDENTIAL_MATTERS: ReadonlySet<ProviderErrorKind> = new Set([
  'authentication',
  'billing',
  'rate_limit',
]);

function toEmbeddingCall(
  { provider, card }: InvocationTarget,
  { request, vectorLength, attemptId, traceParent }: EmbeddingInvocation,
  { deadline, credential }: BegunCall,
): EmbeddingCall {
  return {
    endpoint: { ...provider.endpoint, apiKey: credential.apiKey },
    model: card.model,
    request,
    vectorLength,
    attemptId,
    traceParent,
    signal: deadline.signal,
  };
}

function toCall(
  { provider, card, serviceTiers }: InvocationTarget,
  invocation: Invocation,
  { deadline, credential }: BegunCall,
): ProviderCall {
  const { reasoning, vision, tools, jsonSchema } = card.capabilities;
  const { reasoningControl, freeSampling } = card;
  return {
    endpoint: { ...provider.endpoint, apiKey: credential.apiKey },
    model: card.model,
    request: invocation.request,
    maxOutputTokens: invocation.maxOutputTokens,
    traits: { reasoning, vision, tools, jsonSchema, reasoningControl, freeSampling, serviceTiers },
    attemptId: invocation.attemptId,
    traceParent: invocation.traceParent,
    signal: deadline.signal,
  };
}
