import { Injectable } from '@nestjs/common';
import type { ModelCard } from '../catalog/model-card';
import { Clock } from '../common/clock';
import type { ProviderCall } from '../llm/chat-adapter';
import type { ChatRequest } from '../llm/chat-request';
import type { ChatResult } from '../llm/chat-result';
import { isContentEvent, type ChatStreamEvent } from '../llm/chat-stream-event';
import { ProviderError } from '../llm/provider-error';
import { ProviderHealth } from './provider-health';
import type { ConfiguredProvider } from './provider-registry';
import { ProvidersConfig } from './providers.config';
import { CallDeadline } from './resilience/call-deadline';
import type { CircuitPermit } from './resilience/circuit';
import { RunningCall } from './running-call';

/** Who is called. */
export interface InvocationTarget {
  readonly provider: ConfiguredProvider;
  readonly card: ModelCard;
}

/** What is asked. */
export interface Invocation {
  readonly request: ChatRequest;
  readonly maxOutputTokens: number;
  readonly attemptId: string;
  /** W3C `traceparent` header of this call. */
  readonly traceParent?: string;
  /** Aborted when the client leaves; the vendor's connection is then closed at once. */
  readonly signal: AbortSignal;
}

/**
 * The only way to a vendor. One invocation is one vendor call: circuit breaker and time limits apply,
 * nothing is repeated. Fails with ProviderError only, which says whether the vendor may have billed.
 */
@Injectable()
export class ProviderInvoker {
  constructor(
    private readonly health: ProviderHealth,
    private readonly config: ProvidersConfig,
    private readonly clock: Clock,
  ) {}

  async complete(target: InvocationTarget, invocation: Invocation): Promise<ChatResult> {
    const { running, deadline } = this.begin(target, invocation, 'whole');
    using _running = running;
    try {
      const result = await target.provider.adapter.complete(toCall(target, invocation, deadline.signal));
      await running.succeed();
      return result;
    } catch (error) {
      throw await running.fail(error);
    }
  }

  /** Ends after the vendor's last event. Leaving the loop early cancels the call. */
  async *stream(target: InvocationTarget, invocation: Invocation): AsyncGenerator<ChatStreamEvent, void> {
    const { running, deadline } = this.begin(target, invocation, 'streamed');
    using _running = running;
    try {
      for await (const event of target.provider.adapter.stream(toCall(target, invocation, deadline.signal))) {
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

  private begin(
    { provider, card }: InvocationTarget,
    { signal }: Invocation,
    form: 'whole' | 'streamed',
  ): { running: RunningCall; deadline: CallDeadline } {
    const { name } = provider;
    const permit = this.admit(name, card.model);
    const deadline = new CallDeadline({
      provider: name,
      signal,
      totalMs: this.config.totalTimeoutMs,
      ...(form === 'streamed' && {
        firstEventMs: this.config.firstEventTimeoutMs,
        idleMs: this.config.idleTimeoutMs,
      }),
    });
    const running = new RunningCall({
      provider: name,
      permit,
      deadline,
      now: () => this.clock.monotonic(),
      onSuccess: (timing) => this.health.recordSuccess(name, card.model, timing),
      onFailure: (error) => this.health.recordFailure(name, card.model, error),
    });
    return { running, deadline };
  }

  /**
   * Why a call would be refused right now without being sent: a pause the vendor asked for, or an open
   * circuit. Asking changes nothing, so that a refused call needs no note in the books.
   */
  refusalOf({ provider, card }: InvocationTarget): ProviderError | undefined {
    const health = this.health.of(provider.name, card.model);
    const coolDownMs = health.coolDownMs(this.clock.now());
    if (coolDownMs > 0) return pauseRefusal(provider.name, coolDownMs);
    return health.circuit.status === 'open' ? circuitRefusal(provider.name) : undefined;
  }

  private admit(provider: string, model: string): CircuitPermit {
    const health = this.health.of(provider, model);
    const coolDownMs = health.coolDownMs(this.clock.now());
    if (coolDownMs > 0) throw pauseRefusal(provider, coolDownMs);
    const permit = health.circuit.enter();
    if (permit) return permit;
    throw circuitRefusal(provider);
  }
}

/** A vendor that asked for a pause is not called before it is over: the refusal is known in advance. */
function pauseRefusal(provider: string, retryAfterMs: number): ProviderError {
  const message = 'the provider asked for a pause';
  return new ProviderError({ provider, kind: 'rate_limit', message, retryAfterMs, mayHaveBilled: false });
}

function circuitRefusal(provider: string): ProviderError {
  const message = 'the model at this provider keeps failing and is given a rest';
  return new ProviderError({ provider, kind: 'circuit_open', message, mayHaveBilled: false });
}

function toCall(
  { provider, card }: InvocationTarget,
  invocation: Invocation,
  signal: AbortSignal,
): ProviderCall {
  const { reasoning, vision, tools, jsonSchema } = card.capabilities;
  const { reasoningControl, freeSampling } = card;
  return {
    endpoint: provider.endpoint,
    model: card.model,
    request: invocation.request,
    maxOutputTokens: invocation.maxOutputTokens,
    traits: { reasoning, vision, tools, jsonSchema, reasoningControl, freeSampling },
    attemptId: invocation.attemptId,
    traceParent: invocation.traceParent,
    signal,
  };
}
