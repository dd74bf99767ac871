import type { NextFunction, Request, Response } from 'express';
import { AppError } from '../../common/app-error';
import { newId } from '../../common/ids';
import { HTTP_ERRORS } from './http.errors';
import type { RequestFacts } from './request-facts';
import { newTraceId, parseTraceParent } from './trace-parent';

/** Decides whether spans are recorded; `parentSampled` is undefined when the client sent no `traceparent`. */
export type SampleTrace = (traceId: string, parentSampled: boolean | undefined) => boolean;

// Printable ASCII without quotes and backslashes: safe in a header, a log line and a JSON text.
const CLIENT_REQUEST_ID = /^[\w\-.:/+=@,; ()[\]{}~|]{1,128}$/;

const REGION = /^[a-z0-9-]{1,24}$/;

/**
 * The very first middleware: gives the request its ids (`request.state`) and names them in the
 * response headers. A client id that is too long or contains other characters is ignored.
 */
export function createRequestStateMiddleware(sampleTrace: SampleTrace, callerRegionHeader?: string) {
  const regionHeader = callerRegionHeader?.toLowerCase();
  return function requestState(
    request: Request & { state?: RequestFacts },
    response: Response,
    next: NextFunction,
  ): void {
    const parent = parseTraceParent(singleHeader(request.headers['traceparent']));
    const traceId = parent?.traceId ?? newTraceId();
    const clientRequestId = readClientRequestId(singleHeader(request.headers['x-request-id']));
    const requestId = newId('req');
    request.state = {
      requestId,
      clientRequestId,
      traceId,
      parentSpanId: parent?.parentSpanId,
      sampled: sampleTrace(traceId, parent?.sampled),
      callerRegion: regionHeader === undefined ? undefined : readRegion(request.headers[regionHeader]),
      startedAtMs: performance.now(),
    };
    response.setHeader('x-request-id', clientRequestId ?? requestId);
    response.setHeader('x-modelmuxer-request-id', requestId);
    response.setHeader('x-trace-id', traceId);
    response.setHeader('x-content-type-options', 'nosniff');
    if (request.headers.host === undefined && request.httpVersion === '1.1') next(missingHost());
    else next();
  };
}

/** Regions become names of groups in analytics, so anything that does not look like one is none. */
function readRegion(header: string | string[] | undefined): string | undefined {
  const text = singleHeader(header)?.toLowerCase();
  return text !== undefined && REGION.test(text) ? text : undefined;
}

function singleHeader(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function readClientRequestId(header: string | undefined): string | undefined {
  return header !== undefined && CLIENT_REQUEST_ID.test(header) ? header : undefined;
}

/** RFC 9112 §3.2 asks for 400; Node would answer it itself, but without our envelope. */
function missingHost(): AppError {
  return new AppError(HTTP_ERRORS.validation, { public: 'The Host header is missing', param: 'Host' });
}
