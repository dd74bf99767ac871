import type { Request } from 'express';
import type { AppError } from '../../common/app-error';

/** What the first middleware establishes about every request, before anything is read or checked. */
export interface RequestFacts {
  /** Our own id, `req_…`. */
  readonly requestId: string;
  /** The client's `X-Request-Id`, echoed and stored, never used as a key. */
  readonly clientRequestId: string | undefined;
  /** W3C trace id, taken over from `traceparent` or made here. */
  readonly traceId: string;
  /** Parent span id of the incoming `traceparent`. */
  readonly parentSpanId: string | undefined;
  /** Whether spans are recorded for this request; decided once, before any span is made. */
  readonly sampled: boolean;
  /** Where the client is, as the proxy in front says; undefined without one that does. */
  readonly callerRegion?: string;
  /** Milliseconds of the monotonic clock. */
  readonly startedAtMs: number;
  /** Machine code of the error that was answered, if any. */
  errorCode?: string;
  /** The error itself, when it was one that a client is told about. */
  error?: AppError;
}

/** The facts of a request; undefined only for requests that never passed the first middleware. */
export function factsOf(request: Request & { state?: RequestFacts }): RequestFacts | undefined {
  return request.state;
}
