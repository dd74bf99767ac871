import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { Response } from 'express';
import type { JsonObject } from '../common/json';
import type { DroppedParameter } from '../llm/chat-result';
import { toErrorEnvelope } from '../platform/http/to-error-envelope';
import { describeError } from '../platform/logging/describe-error';
import { answerJson, noteAnswer, setRouteHeaders, type RouteFacts } from './answer-json';
import type { ChatGatewayRequest, ReadyChat } from './chat-gateway-request';
import type { AdmittedChat } from './chat.service';
import { ChatService } from './chat.service';
import type { AttemptReceipt } from './execution/attempt-ledger';
import type { CascadeReport } from './execution/cascade-report';
import { costSoFar } from './execution/chat-run';
import type { StreamedAnswer } from './execution/streamed-answer';
import { GatewayConfig } from './gateway.config';
import { ChatChunkWriter } from './openai/chat-chunk-writer';
import { toChatCompletion } from './openai/to-chat-completion';
import { toRouterMetadata } from './router-metadata';
import { toRoutingMetadata } from './routing-metadata';
import { SseWriter } from './sse-writer';

/** End of the route whose answers say more about routing. */
const ENHANCED = '/enhanced';

/** What is needed to answer one chat request. */
export interface ReplyContext {
  readonly request: ChatGatewayRequest;
  readonly response: Response;
  readonly chat: ReadyChat;
  readonly admitted: AdmittedChat;
}

/** Writes answers to the client: one JSON object, or a stream of server-sent events. */
@Injectable()
export class ChatReply {
  private readonly logger = new Logger('chat.stream');

  constructor(
    private readonly chat: ChatService,
    private readonly config: GatewayConfig,
  ) {}

  async json(context: ReplyContext): Promise<void> {
    const { result, receipt, cascade } = await this.chat.complete(context.admitted);
    const metadata = metadataOf(context, receipt, result.droppedParameters);
    const { request, response, admitted } = context;
    const { run } = admitted;
    answerJson(
      { request, response, run, receipt, route: routeFactsOf(admitted) },
      {
        ...toChatCompletion(result, receipt.usage, metadata),
        ...routingMetadataOf(context, receipt, cascade),
      },
    );
  }

  async stream(context: ReplyContext): Promise<void> {
    const sse = new SseWriter(context.response);
    try {
      const answer = await this.openOrHoldOn(context, sse);
      await this.relay(context, sse, answer);
    } catch (error) {
      // Before the status line the error filter can still send a proper status.
      if (!sse.isOpen) throw error;
      await sse.send(this.lateError(error, context.request));
    } finally {
      if (sse.isOpen) sse.close();
    }
  }

  /** Holds the status back until the first content, so that another model can still step in, but not for ever. */
  private async openOrHoldOn(context: ReplyContext, sse: SseWriter): Promise<StreamedAnswer> {
    const patience = new AbortController();
    const opening = this.chat.open(context.admitted);
    const waiting = sleep(this.config.streamHoldBackMs, undefined, {
      signal: patience.signal,
      ref: false,
    }).then(
      () => sse.open(),
      () => undefined,
    );
    try {
      return await opening;
    } finally {
      patience.abort();
      await waiting;
    }
  }

  private async relay(context: ReplyContext, sse: SseWriter, answer: StreamedAnswer): Promise<void> {
    const { chat } = context;
    const chunks = new ChatChunkWriter(chat.original.includeUsage);
    let dropped: readonly DroppedParameter[] = [];
    for await (const event of answer) {
      if (event.type === 'start') {
        dropped = event.droppedParameters;
        if (!sse.isOpen)
          setRouteHeaders(context.response, answer.target.card, routeFactsOf(context.admitted));
      }
      const chunk = chunks.write(event);
      if (!chunk) continue;
      sse.open();
      await sse.send(chunk);
    }
    sse.open();
    const { receipt } = answer;
    if (!receipt) throw new Error('a stream ended without having been booked');
    noteAnswer({ request: context.request, run: context.admitted.run, receipt });
    const wantsMetadata = chat.original.includeUsage || chat.preferences.metadataInStream;
    const end = chunks.writeEnd(
      receipt.usage,
      wantsMetadata ? metadataOf(context, receipt, dropped) : undefined,
    );
    if (end)
      await sse.send(
        wantsMetadata ? { ...end, ...routingMetadataOf(context, receipt, answer.cascade) } : end,
      );
    await sse.done();
  }

  /** The error as the one event with which a stream that has begun can still end. */
  private lateError(error: unknown, { state }: ChatGatewayRequest): JsonObject {
    const { status, body } = toErrorEnvelope(error, state.requestId);
    state.errorCode = body.error.code;
    if (status >= 500) {
      const { requestId: request_id, traceId: trace_id } = state;
      this.logger.warn({
        message: 'Stream failed',
        code: body.error.code,
        request_id,
        trace_id,
        error: describeError(error),
      });
    }
    return { ...body };
  }
}

function routeFactsOf({ plan }: AdmittedChat): RouteFacts {
  return { strategy: plan.plan.strategy, decisionId: plan.decisionId };
}

/** Only on the enhanced route. */
function routingMetadataOf(
  { request, admitted }: ReplyContext,
  receipt: AttemptReceipt,
  cascade: CascadeReport | undefined,
): JsonObject {
  const { run, plan } = admitted;
  if (!run.route.endsWith(ENHANCED)) return {};
  const routing = {
    plan,
    receipt,
    cascade,
    costNanoUsd: costSoFar(run),
    auxiliaryNanoUsd: run.auxiliaryNanoUsd ?? 0n,
    responseTimeMs: performance.now() - request.state.startedAtMs,
  };
  return { routing_metadata: toRoutingMetadata(routing) };
}

function metadataOf(
  { request, chat, admitted }: ReplyContext,
  receipt: AttemptReceipt,
  droppedParameters: readonly DroppedParameter[],
): JsonObject {
  const { run, plan } = admitted;
  return toRouterMetadata({
    plan,
    receipt,
    costNanoUsd: costSoFar(run),
    attempts: run.tally.attempts,
    remainingNanoUsd: run.hold.remainingNanoUsd,
    droppedParameters,
    responseTimeMs: performance.now() - request.state.startedAtMs,
    defaultedOutputLimit:
      chat.original.maxOutputTokens === undefined ? receipt.attempt.target.maxOutputTokens : undefined,
  });
}
