import { ApiProperty } from '@nestjs/swagger';
import { VERSION } from '../platform/lifecycle/version';
import type { CheckOutcome } from './readiness.service';

export class HealthDto {
  @ApiProperty({ example: 'healthy' })
  readonly status: string;

  @ApiProperty({ example: '0.1.0' })
  readonly version: string = VERSION;

  @ApiProperty({ format: 'date-time', example: '2026-11-20T10:30:00.000Z' })
  readonly timestamp: string;

  constructor(status: string, nowMs: number) {
    this.status = status;
    this.timestamp = new Date(nowMs).toISOString();
  }
}

export class HealthCheckDto {
  @ApiProperty({ example: 'ok', enum: ['ok', 'failed'] })
  readonly status: 'ok' | 'failed';

  @ApiProperty({ required: false, example: '2 of 2 providers usable' })
  readonly detail: string | undefined;

  @ApiProperty({ example: 1.4, description: 'How long the check took.' })
  readonly duration_ms: number;

  constructor(outcome: CheckOutcome) {
    this.status = outcome.ok ? 'ok' : 'failed';
    this.detail = outcome.detail;
    this.duration_ms = outcome.durationMs;
  }
}

export class ReadinessDto extends HealthDto {
  @ApiProperty({
    type: 'object',
    additionalProperties: { $ref: '#/components/schemas/HealthCheckDto' },
    example: { database: { status: 'ok', duration_ms: 1.4 } },
  })
  readonly checks: Readonly<Record<string, HealthCheckDto>>;

  constructor(status: string, nowMs: number, outcomes: readonly CheckOutcome[]) {
    super(status, nowMs);
    this.checks = Object.fromEntries(outcomes.map((outcome) => [outcome.name, new HealthCheckDto(outcome)]));
  }
}
