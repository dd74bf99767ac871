import {
  BatchSpanProcessor,
  InMemorySpanExporter,
  RandomIdGenerator,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { loadConfig, type RawSettings } from '../platform/config/load-config';
import type { RequestFacts } from '../platform/http/request-facts';
import { newTraceId } from '../platform/http/trace-parent';
import { createTracing } from './create-tracing';
import { TelemetryConfig } from './telemetry.config';
import { Tracing, failSpan } from './tracing';

const configOf = (settings: RawSettings): TelemetryConfig =>
  loadConfig([TelemetryConfig], settings).get(TelemetryConfig);

const facts = (over: Partial<RequestFacts> = {}): RequestFacts => ({
  requestId: 'req_1',
  clientRequestId: undefined,
  traceId: newTraceId(),
  parentSpanId: undefined,
  sampled: true,
  startedAtMs: performance.now() - 1_000,
  ...over,
});

function recording(): { tracing: Tracing; exporter: InMemorySpanExporter; flush: () => Promise<void> } {
  const exporter = new InMemorySpanExporter();
  const random = new RandomIdGenerator();
  let preset: string | undefined;
  const provider = new TracerProvider({
    spanProcessors: [new BatchSpanProcessor({ exporter })],
    idGenerator: {
      generateSpanId: () => random.generateSpanId(),
      generateTraceId: () => preset ?? random.generateTraceId(),
    },
  });
  const backend = {
    tracer: provider.getTracer('test'),
    presetTraceId: (traceId: string) => {
      preset = traceId;
    },
    shutdown: () => provider.shutdown(),
  };
  return { tracing: new Tracing(backend, 1), exporter, flush: () => provider.forceFlush() };
}

describe('Tracing', () => {
  it('hangs every span below the request, which began when the request came', async () => {
    const { tracing, exporter, flush } = recording();
    const request = facts();
    const root = tracing.startRequest(request, { route: '/x' });
    const child = tracing.startSpan(root, 'provider.invoke', { provider: 'demo' });
    failSpan(child, 'timeout');
    child?.end();
    root?.end();
    await flush();
    const [provider, http] = exporter.getFinishedSpans();

    expect(http?.spanContext().traceId).toBe(request.traceId);
    expect(http?.parentSpanContext).toBeUndefined();
    expect(http?.duration[0]).toBeGreaterThanOrEqual(1);
    expect(provider?.parentSpanContext?.spanId).toBe(http?.spanContext().spanId);
    expect(provider?.spanContext().traceId).toBe(request.traceId);
    expect(provider?.attributes).toMatchObject({ provider: 'demo', 'error.type': 'timeout' });
  });

  it('continues the trace of the caller', async () => {
    const { tracing, exporter, flush } = recording();
    const request = facts({ parentSpanId: 'b7ad6b7169203331' });
    tracing.startRequest(request, {})?.end();
    await flush();
    const [http] = exporter.getFinishedSpans();

    expect(http?.spanContext().traceId).toBe(request.traceId);
    expect(http?.parentSpanContext).toMatchObject({ spanId: 'b7ad6b7169203331', isRemote: true });
  });

  it('makes nothing for a request that is not sampled, and still hands its trace on', () => {
    const { tracing } = recording();
    const request = facts({ sampled: false });

    expect(tracing.startRequest(request, {})).toBeUndefined();
    expect(tracing.startSpan(undefined, 'router.decide')).toBeUndefined();
    expect(tracing.traceParentFor(request, undefined)).toMatch(
      new RegExp(`^00-${request.traceId}-[0-9a-f]{16}-00$`),
    );
  });

  it('samples the configured share by trace id, and never more because a caller says so', () => {
    const tracing = new Tracing({ ...backendOfNothing() }, 0.25);
    const ids = Array.from({ length: 8_000 }, newTraceId);
    const shareOf = (parent: boolean | undefined): number =>
      ids.filter((id) => tracing.isSampled(id, parent)).length / ids.length;

    expect(shareOf(undefined)).toBeCloseTo(0.25, 1);
    expect(shareOf(true)).toBe(shareOf(undefined));
    expect(shareOf(false)).toBe(0);
  });
});

function backendOfNothing() {
  return {
    tracer: new TracerProvider().getTracer('x'),
    presetTraceId: () => undefined,
    shutdown: () => Promise.resolve(),
  };
}

describe('createTracing', () => {
  it('is off without an endpoint, with ratio 0, or when told so', async () => {
    for (const settings of [
      {},
      { OBSERVABILITY__ENABLE_TRACING: 'true', OBSERVABILITY__SAMPLING_RATIO: '0' },
      {
        OBSERVABILITY__ENABLE_TRACING: 'false',
        OBSERVABILITY__OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318',
      },
    ]) {
      expect((await createTracing(configOf(settings))).isSampled(newTraceId(), true)).toBe(false);
    }
  });

  it('is on when enabled or when there is an endpoint', async () => {
    for (const settings of [
      { OBSERVABILITY__ENABLE_TRACING: 'true' },
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' },
    ]) {
      const tracing = await createTracing(configOf(settings));
      expect(tracing.isSampled(newTraceId(), undefined)).toBe(true);
      await tracing.shutdown();
    }
  });
});

describe('TelemetryConfig', () => {
  it.each([
    [undefined, 'http://localhost:4318/v1/traces'],
    ['http://localhost:4317', 'http://localhost:4318/v1/traces'],
    ['http://collector:4318/', 'http://collector:4318/v1/traces'],
    ['https://otlp.example.com/tenant', 'https://otlp.example.com/tenant/v1/traces'],
    ['https://otlp.example.com/v1/traces', 'https://otlp.example.com/v1/traces'],
  ])('posts spans for endpoint %p to %s', (endpoint, url) => {
    const config = configOf(
      endpoint === undefined ? {} : { OBSERVABILITY__OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
    );

    expect(config.tracesUrl).toBe(url);
  });
});
