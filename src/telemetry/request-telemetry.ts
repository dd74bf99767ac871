import { Inject, Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import { isGatewayRequest, type GatewayRequest } from '../access/gateway-request';
import { toUsdNumber } from '../common/money';
import { ROOT_LOGGER } from '../platform/logging/root-logger';
import { MetricsService, UNMATCHED_ROUTE } from './metrics.service';
import { Tracing, failSpan } from './tracing';

/** What the metrics and the access line show for a client that left before the answer began. */
const CLIENT_CLOSED_REQUEST = 499;
/** Probes and scrapes would drown the access log. */
const QUIET_ROUTES = /^\/(?:health|metrics)\b/;

/**
 * Reports every request exactly once, when its connection is done with it: finished, refused by a guard,
 * unknown, streamed to the end or left by the client. Metrics, access line and the end of the
 * `http.request` span come from here.
 */
@Injectable()
export class RequestTelemetry {
  private readonly accessLog: Logger;

  constructor(
    private readonly metrics: MetricsService,
    private readonly tracing: Tracing,
    @Inject(ROOT_LOGGER) logger: Logger,
  ) {
    this.accessLog = logger.child({ logger: 'http.access' });
  }

  /** Express middleware; comes right after the one that makes `request.state`. */
  readonly middleware = (request: Request, response: Response, next: NextFunction): void => {
    if (isGatewayRequest(request)) {
      this.metrics.requestStarted();
      // Node emits it once, after the last byte or when the connection breaks.
      response.once('close', () => this.report(request, response));
    }
    next();
  };

  /** Starts the `http.request` span of a sampled request, below which all its other spans hang. */
  startSpan(request: GatewayRequest): void {
    const { state } = request;
    if (state.sampled) state.span ??= this.tracing.startRequest(state, spanAttributes(request));
  }

  private report(request: GatewayRequest, response: Response): void {
    const { state } = request;
    const status = response.headersSent ? response.statusCode : CLIENT_CLOSED_REQUEST;
    const durationMs = performance.now() - state.startedAtMs;
    const sample = {
      route: routeOf(request),
      method: request.method,
      status,
      durationMs,
      errorCode: state.errorCode,
    };
    this.metrics.httpRequest(sample);
    this.endSpan(request, status);
    this.writeAccessLine(request, { ...sample, aborted: !response.writableFinished });
  }

  private endSpan(request: GatewayRequest, status: number): void {
    // A guard may have refused the request before the interceptor could start its span.
    this.startSpan(request);
    const { span, errorCode } = request.state;
    if (span === undefined) return;
    span.setAttribute('http.response.status_code', status);
    if (status >= 500) failSpan(span, errorCode ?? String(status));
    span.end();
  }

  private writeAccessLine(
    request: GatewayRequest,
    line: { route: string; method: string; status: number; durationMs: number; aborted: boolean },
  ): void {
    const level = QUIET_ROUTES.test(line.route) ? 'debug' : 'info';
    if (!this.accessLog.isLevelEnabled(level)) return;
    const { state } = request;
    this.accessLog[level]({
      message: 'Request processed',
      method: line.method,
      route: line.route,
      status: line.status,
      duration_ms: Math.round(line.durationMs * 100) / 100,
      request_id: state.requestId,
      client_request_id: state.clientRequestId,
      trace_id: state.traceId,
      span_id: state.span?.spanContext().spanId,
      organization_id: state.caller?.organizationId,
      provider: state.answeredBy?.provider,
      model: state.answeredBy?.model,
      cost: state.costNanoUsd === undefined ? undefined : toUsdNumber(state.costNanoUsd),
      error_code: state.errorCode,
      aborted: line.aborted || undefined,
    });
  }
}

/** The template of the matched route, never the raw URL, which may contain anything. */
function routeOf(request: GatewayRequest): string {
  const route: unknown = request.route;
  const path: unknown = typeof route === 'object' && route !== null ? Reflect.get(route, 'path') : undefined;
  return typeof path === 'string' ? path : UNMATCHED_ROUTE;
}

function spanAttributes(request: GatewayRequest) {
  const route = routeOf(request);
  return {
    route,
    method: request.method,
    'http.route': route,
    'http.request.method': request.method,
    'modelmuxer.request_id': request.state.requestId,
    tenant_id: request.state.caller?.organizationId,
  };
}
