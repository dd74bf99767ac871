import type { Span } from '@opentelemetry/api';
import type { Request } from 'express';
import type { NanoUsd } from '../common/money';
import type { RequestFacts } from '../platform/http/request-facts';
import type { Caller } from './caller';

/** What the pipeline knows about a request; made by the first middleware, filled step by step. */
export interface RequestState extends RequestFacts {
  caller?: Caller;
  /** The sampled request's `http.request` span, parent of all others; undefined when nothing is recorded. */
  span?: Span;
  /** Who answered, for the access line; set by the service that executes the plan. */
  answeredBy?: { readonly provider: string; readonly model: string };
  costNanoUsd?: NanoUsd;
}

/** An Express request inside the pipeline. */
export interface GatewayRequest extends Request {
  state: RequestState;
}

/** False only for requests that never passed the first middleware. */
export function isGatewayRequest(request: Request): request is GatewayRequest {
  return 'state' in request;
}

/** The caller of a route behind the authentication guard; throws when a public route asks for it. */
export function callerOf(request: GatewayRequest): Caller {
  if (!request.state.caller) throw new Error('callerOf() used on a route without authentication');
  return request.state.caller;
}
