import type { Secret } from '../platform/config/secret';
import { Setting } from '../platform/config/setting';
import { decimal, flag, integer, secret, text, url } from '../platform/config/setting-types';

const DEFAULT_ENDPOINT = 'http://localhost:4318';

/** Metrics for Prometheus and spans for an OpenTelemetry collector. */
export class TelemetryConfig {
  static readonly section = 'Metrics and tracing';

  @Setting({
    env: 'OBSERVABILITY__ENABLE_METRICS',
    aliases: ['ENABLE_METRICS'],
    type: flag(),
    default: true,
    describe: 'Counts requests, tokens, costs and more, and offers them to Prometheus.',
  })
  readonly metricsEnabled: boolean;

  @Setting({
    env: 'OBSERVABILITY__PROM_METRICS_PATH',
    type: text(),
    default: '/metrics/prometheus',
    describe: 'Path of the Prometheus endpoint.',
  })
  readonly metricsPath: string;

  @Setting({
    env: 'METRICS_TOKEN',
    type: secret({ minLength: 16 }),
    secret: true,
    describe: 'When set, the Prometheus endpoint asks for it as bearer token.',
  })
  readonly metricsToken: Secret | undefined;

  @Setting({
    env: 'METRICS_PORT',
    type: integer({ min: 0, max: 65_535 }),
    describe:
      'Extra port that serves the metrics as /metrics, for scrapers inside the network; 0 takes a free one.',
    example: '9090',
  })
  readonly metricsPort: number | undefined;

  @Setting({
    env: 'OBSERVABILITY__ENABLE_TRACING',
    type: flag(),
    describe: 'Sends spans to the collector. Unset: only when an endpoint is configured.',
  })
  readonly enableTracing: boolean | undefined;

  @Setting({
    env: 'OBSERVABILITY__OTEL_EXPORTER_OTLP_ENDPOINT',
    aliases: ['OTEL_EXPORTER_OTLP_ENDPOINT'],
    type: url(['http', 'https']),
    describe:
      'Collector that takes OTLP over HTTP. Port 4317 without a path, where collectors speak gRPC, is read as 4318.',
    example: DEFAULT_ENDPOINT,
  })
  readonly otlpEndpoint: string | undefined;

  @Setting({
    env: 'OBSERVABILITY__SAMPLING_RATIO',
    type: decimal({ min: 0, max: 1 }),
    default: 1,
    describe: 'Share of the traces that is recorded.',
  })
  readonly samplingRatio: number;

  get tracingEnabled(): boolean {
    return this.enableTracing ?? this.otlpEndpoint !== undefined;
  }

  /** Where spans are posted, by the convention of OTLP over HTTP. */
  get tracesUrl(): string {
    const endpoint = new URL(this.otlpEndpoint ?? DEFAULT_ENDPOINT);
    if (endpoint.port === '4317' && endpoint.pathname === '/') endpoint.port = '4318';
    if (!endpoint.pathname.endsWith('/v1/traces'))
      endpoint.pathname = `${endpoint.pathname.replace(/\/+$/, '')}/v1/traces`;
    return endpoint.href;
  }
}
