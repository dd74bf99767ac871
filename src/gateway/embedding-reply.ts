import type { Response } from 'express';
import type { JsonObject } from '../common/json';
import { answerJson } from './answer-json';
import type { EmbeddingGatewayRequest } from './embedding-gateway-request';
import type { AdmittedEmbedding } from './embedding.service';
import type { CompletedEmbedding } from './execution/plan-executor';
import { toEmbeddingList } from './openai/to-embedding-list';
import { toCallMetadata } from './router-metadata';

/** What is needed to answer one embeddings request. */
export interface EmbeddingReplyContext {
  readonly request: EmbeddingGatewayRequest;
  readonly response: Response;
  readonly admitted: AdmittedEmbedding;
}

/** Writes the vectors to the client. */
export function replyWithVectors(context: EmbeddingReplyContext, completed: CompletedEmbedding): void {
  const { request, response, admitted } = context;
  const { result, receipt } = completed;
  const { plan, run } = admitted;
  const body = toEmbeddingList(result, run.embedding.encoding, {
    usage: receipt.usage,
    metadata: metadataOf(context, completed),
  });
  const { strategy, decisionId } = plan;
  answerJson({ request, response, run, receipt, route: { strategy, decisionId } }, body);
}

function metadataOf(
  { request, admitted }: EmbeddingReplyContext,
  { result, receipt }: CompletedEmbedding,
): JsonObject {
  const { plan, run } = admitted;
  return toCallMetadata({
    receipt,
    routingReason: plan.reason,
    decision: run.decision,
    estimatedNanoUsd: plan.expectedCostNanoUsd,
    costNanoUsd: run.tally.costNanoUsd,
    attempts: run.tally.attempts,
    remainingNanoUsd: run.hold.remainingNanoUsd,
    droppedParameters: result.droppedParameters,
    responseTimeMs: performance.now() - request.state.startedAtMs,
  });
}
