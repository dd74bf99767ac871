import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import type { RequestFacts } from '../platform/http/request-facts';
import { formatTraceParent, newSpanId } from '../platform/http/trace-parent';

/** The spans of the requirement documents. */
export type SpanName = 'http.request' | 'policy.enforce' | 'router.decide' | 'provider.invoke';

/** Makes spans and sends them away; see `create-tracing.ts`. */
export interface TracingBackend {
  readonly tracer: Tracer;
  /** Makes the next span without parent carry this trace id. */
  presetTraceId(traceId: string): void;
  /** Sends what is left, within a deadline. */
  shutdown(): Promise<void>;
}

const LOW_BITS = 8;
const LOW_RANGE = 16 ** LOW_BITS;

/**
 * Manual spans with explicit parents; no async context. A request that is not sampled has no span at
 * all, so every method takes and returns `undefined` for "nothing is recorded".
 */
export class Tracing {
  private readonly sampledBelow: number;

  constructor(
    private readonly backend: TracingBackend | undefined,
    samplingRatio: number,
  ) {
    this.sampledBelow = backend === undefined ? 0 : samplingRatio * LOW_RANGE;
  }

  /**
   * Decides by the trace id, so that every service with the same ratio agrees. A caller's "not sampled" is
   * respected; its "sampled" cannot raise the share above the configured one.
   */
  readonly isSampled = (traceId: string, parentSampled: boolean | undefined): boolean => {
    if (this.sampledBelow === 0 || parentSampled === false) return false;
    return Number.parseInt(traceId.slice(-LOW_BITS), 16) < this.sampledBelow;
  };

  /** The `http.request` span; it begins when the request arrived, however late it is made. */
  startRequest(facts: RequestFacts, attributes: Attributes): Span | undefined {
    if (!facts.sampled || this.backend === undefined) return undefined;
    const startTime = Date.now() - (performance.now() - facts.startedAtMs);
    const options = { kind: SpanKind.SERVER, attributes, startTime };
    if (facts.parentSpanId === undefined) {
      this.backend.presetTraceId(facts.traceId);
      return this.backend.tracer.startSpan('http.request' satisfies SpanName, options, ROOT_CONTEXT);
    }
    const parent = { traceId: facts.traceId, spanId: facts.parentSpanId, traceFlags: 1, isRemote: true };
    const context = trace.setSpanContext(ROOT_CONTEXT, parent);
    return this.backend.tracer.startSpan('http.request' satisfies SpanName, options, context);
  }

  /** A span below `parent`; the caller ends it, also on failure. */
  startSpan(
    parent: Span | undefined,
    name: Exclude<SpanName, 'http.request'>,
    attributes: Attributes = {},
  ): Span | undefined {
    if (parent === undefined || this.backend === undefined) return undefined;
    const kind = name === 'provider.invoke' ? SpanKind.CLIENT : SpanKind.INTERNAL;
    return this.backend.tracer.startSpan(name, { kind, attributes }, trace.setSpan(ROOT_CONTEXT, parent));
  }

  /** The `traceparent` header of a call made on behalf of a request, below `span` when there is one. */
  traceParentFor(facts: RequestFacts, span: Span | undefined): string {
    const spanId = span?.spanContext().spanId ?? newSpanId();
    return formatTraceParent({ traceId: facts.traceId, spanId, sampled: facts.sampled });
  }

  /** Sends what is left; never fails and never takes longer than its deadline. */
  async shutdown(): Promise<void> {
    await this.backend?.shutdown();
  }
}

/** Marks a span as failed by a machine code; error texts may quote what a client sent. */
export function failSpan(span: Span | undefined, code: string): void {
  span?.setAttribute('error.type', code);
  span?.setStatus({ code: SpanStatusCode.ERROR });
}
