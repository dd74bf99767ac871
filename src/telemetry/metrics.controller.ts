import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Public } from '../access/public.decorator';
import { AppError } from '../common/app-error';
import { mayReadMetrics } from './metrics-token';
import { MetricsService } from './metrics.service';
import { TelemetryConfig } from './telemetry.config';
import { TELEMETRY_ERRORS } from './telemetry.errors';

/** The Prometheus endpoint; its path is set from the configuration by the module. */
@ApiTags('Metrics')
@Public()
@Controller()
export class MetricsController {
  constructor(
    private readonly metrics: MetricsService,
    private readonly config: TelemetryConfig,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Metrics in the Prometheus text format' })
  @ApiProduces('text/plain')
  @ApiOkResponse({
    description: 'Text exposition',
    schema: {
      type: 'string',
      example: 'http_requests_total{route="/v1/models",method="GET",status="200"} 1',
    },
  })
  async scrape(@Req() request: Request, @Res() response: Response): Promise<void> {
    if (!mayReadMetrics(request.headers.authorization, this.config.metricsToken)) {
      throw new AppError(TELEMETRY_ERRORS.metricsToken, {
        public: 'The metrics ask for their own bearer token',
      });
    }
    const { contentType, text } = await this.metrics.exposition();
    response.setHeader('content-type', contentType);
    response.end(text);
  }
}
