import type { Response } from 'express';
import type { GatewayRequest } from '../access/gateway-request';
import type { ModelCard } from '../catalog/model-card';
import type { JsonObject } from '../common/json';
import { formatUsd } from '../common/money';
import type { AttemptReceipt } from './execution/attempt-ledger';
import { costSoFar, type VendorRun } from './execution/chat-run';

/** Which decision led to an answer. */
export interface RouteFacts {
  readonly strategy: string;
  readonly decisionId: string;
}

/** A request whose answer is known and booked. */
export interface AnsweredRequest {
  readonly request: GatewayRequest;
  readonly response: Response;
  readonly run: VendorRun;
  readonly receipt: AttemptReceipt;
  readonly route: RouteFacts;
}

/** Sends a whole answer with the headers that say who gave it and what it cost; nothing when the client has left. */
export function answerJson(answered: AnsweredRequest, value: JsonObject): void {
  const { response, run, receipt, route } = answered;
  const body = JSON.stringify(value);
  if (response.destroyed) return;
  noteAnswer(answered);
  setRouteHeaders(response, receipt.card, route);
  response.setHeader('x-route-cost-usd', formatUsd(costSoFar(run)));
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('content-length', Buffer.byteLength(body));
  response.statusCode = 200;
  response.end(body);
}

/** For the access line. */
export function noteAnswer({
  request,
  run,
  receipt,
}: Pick<AnsweredRequest, 'request' | 'run' | 'receipt'>): void {
  request.state.answeredBy = { provider: receipt.card.provider, model: receipt.card.model };
  request.state.costNanoUsd = costSoFar(run);
}

export function setRouteHeaders(
  response: Response,
  { provider, model }: ModelCard,
  { strategy, decisionId }: RouteFacts,
): void {
  response.setHeader('x-route-decision', `${provider}/${model}`);
  response.setHeader('x-route-strategy', strategy);
  response.setHeader('x-route-decision-id', decisionId);
}
