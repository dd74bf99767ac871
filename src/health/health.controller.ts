import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { Public } from '../access/public.decorator';
import { Clock } from '../common/clock';
import { LifecycleState } from '../platform/lifecycle/lifecycle-state';
import { HealthCheckDto, HealthDto, ReadinessDto } from './health.dto';
import { ReadinessService, type CheckOutcome } from './readiness.service';

/** Probes for load balancers and orchestrators. */
@ApiTags('Health')
@ApiExtraModels(HealthCheckDto)
@Public()
@Controller('health')
export class HealthController {
  constructor(
    private readonly readiness: ReadinessService,
    private readonly lifecycle: LifecycleState,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Is the process alive?',
    description: 'Looks at nothing else; do restart when it fails.',
  })
  @ApiOkResponse({ type: HealthDto })
  live(): HealthDto {
    return this.answer('healthy');
  }

  @Get('ready')
  @ApiOperation({
    summary: 'Should traffic be sent here?',
    description: 'Every check must hold; off while stopping.',
  })
  @ApiOkResponse({ type: ReadinessDto })
  @ApiServiceUnavailableResponse({ type: ReadinessDto })
  async ready(@Res({ passthrough: true }) response: Response): Promise<ReadinessDto> {
    const outcomes = await this.readiness.runChecks();
    const status = this.readyStatus(outcomes);
    if (status !== 'ready') response.status(HttpStatus.SERVICE_UNAVAILABLE);
    return new ReadinessDto(status, this.clock.now(), outcomes);
  }

  @Get('startup')
  @ApiOperation({ summary: 'Has the process finished starting?' })
  @ApiOkResponse({ type: HealthDto })
  @ApiServiceUnavailableResponse({ type: HealthDto })
  startup(@Res({ passthrough: true }) response: Response): HealthDto {
    const started = this.lifecycle.phase !== 'starting';
    if (!started) response.status(HttpStatus.SERVICE_UNAVAILABLE);
    return this.answer(started ? 'started' : 'starting');
  }

  private readyStatus(outcomes: readonly CheckOutcome[]): string {
    if (this.lifecycle.phase !== 'ready') return this.lifecycle.phase;
    return outcomes.every((outcome) => outcome.ok) ? 'ready' : 'not_ready';
  }

  private answer(status: string): HealthDto {
    return new HealthDto(status, this.clock.now());
  }
}
