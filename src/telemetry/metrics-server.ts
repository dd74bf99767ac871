import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { describeError } from '../platform/logging/describe-error';
import { ServerConfig } from '../platform/http/server.config';
import { mayReadMetrics } from './metrics-token';
import { MetricsService } from './metrics.service';
import { TelemetryConfig } from './telemetry.config';

const TIMEOUT_MS = 5_000;

/** The metrics on a port of their own (`METRICS_PORT`), for scrapers that must not reach the API. */
@Injectable()
export class MetricsServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('metrics');
  private server: Server | undefined;

  constructor(
    private readonly metrics: MetricsService,
    private readonly config: TelemetryConfig,
    private readonly serverConfig: ServerConfig,
  ) {}

  /** Fails, and so stops the start, when the port is taken. */
  async onApplicationBootstrap(): Promise<void> {
    const { metricsPort, metricsEnabled } = this.config;
    if (metricsPort === undefined || !metricsEnabled) return;
    const server = createServer((request, response) => void this.answer(request, response));
    server.headersTimeout = TIMEOUT_MS;
    server.requestTimeout = TIMEOUT_MS;
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(metricsPort, this.serverConfig.host, resolve);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    const { server } = this;
    if (!server) return;
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }

  /** The port in use; undefined when there is none. */
  get port(): number | undefined {
    const address = this.server?.address();
    return typeof address === 'object' ? address?.port : undefined;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0];
    if (request.method !== 'GET' || (path !== '/metrics' && path !== this.config.metricsPath)) {
      response.writeHead(404).end();
      return;
    }
    if (!mayReadMetrics(request.headers.authorization, this.config.metricsToken)) {
      response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
      return;
    }
    try {
      const { contentType, text } = await this.metrics.exposition();
      response.writeHead(200, { 'content-type': contentType }).end(text);
    } catch (error) {
      this.logger.error({ message: 'Metrics could not be collected', error: describeError(error) });
      response.writeHead(500).end();
    }
  }
}
