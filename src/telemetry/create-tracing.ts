import { VERSION } from '../platform/lifecycle/version';
import type { TelemetryConfig } from './telemetry.config';
import { Tracing, type TracingBackend } from './tracing';

const EXPORT_TIMEOUT_MS = 5_000;
const FLUSH_EVERY_MS = 2_000;
const SHUTDOWN_DEADLINE_MS = 3_000;
const MAX_ATTRIBUTE_LENGTH = 256;

/** Builds tracing from the configuration. The SDK is loaded only when it is needed. */
export async function createTracing(config: TelemetryConfig): Promise<Tracing> {
  const enabled = config.tracingEnabled && config.samplingRatio > 0;
  return new Tracing(enabled ? await createBackend(config.tracesUrl) : undefined, config.samplingRatio);
}

async function createBackend(tracesUrl: string): Promise<TracingBackend> {
  const { AlwaysOnSampler, BatchSpanProcessor, RandomIdGenerator, TracerProvider } =
    await import('@opentelemetry/sdk-trace');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto');
  const { resourceFromAttributes } = await import('@opentelemetry/resources');

  let presetTraceId: string | undefined;
  const random = new RandomIdGenerator();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'modelmuxer', 'service.version': VERSION }),
    // Unsampled requests make no spans at all, so whatever arrives here is wanted.
    sampler: new AlwaysOnSampler(),
    spanLimits: { attributeValueLengthLimit: MAX_ATTRIBUTE_LENGTH },
    idGenerator: {
      generateSpanId: () => random.generateSpanId(),
      generateTraceId: () => {
        const traceId = presetTraceId ?? random.generateTraceId();
        presetTraceId = undefined;
        return traceId;
      },
    },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ url: tracesUrl, timeoutMillis: EXPORT_TIMEOUT_MS }),
        scheduledDelayMillis: FLUSH_EVERY_MS,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      }),
    ],
  });
  return {
    tracer: provider.getTracer('modelmuxer', VERSION),
    presetTraceId: (traceId) => {
      presetTraceId = traceId;
    },
    shutdown: () => withinDeadline(provider.shutdown()),
  };
}

/** A collector that does not answer must not hold up a stopping process. */
async function withinDeadline(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, SHUTDOWN_DEADLINE_MS);
  });
  await Promise.race([work.catch(() => undefined), deadline]);
  clearTimeout(timer);
}
