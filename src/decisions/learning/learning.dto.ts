import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsInt, Max, Min } from 'class-validator';
import { Defaulted } from '../../platform/http/defaulted.decorator';
import type { LearningSettings, LearningState } from './learning-settings';

const FEWEST = 200;
const MOST = 10_000;

export class LearningSettingsDto {
  @ApiProperty({ description: 'Learn from logged decisions and what became of them. Off by default.' })
  @IsBoolean()
  enabled: boolean;

  @ApiPropertyOptional({
    default: false,
    description:
      'Activate a router that replay finds better. Otherwise it is kept as a proposal in `/v1/routers`.',
  })
  @Defaulted()
  @IsBoolean()
  automatic_activation: boolean = false;

  @ApiPropertyOptional({
    default: false,
    description:
      'Count answers of the right form, about which nobody said anything and which nobody asked for again, as good ones. Otherwise only feedback and grades of judges count.',
  })
  @Defaulted()
  @IsBoolean()
  implicit_outcomes: boolean = false;

  @ApiPropertyOptional({
    minimum: FEWEST,
    maximum: MOST,
    default: 400,
    description: 'Decisions with an outcome that there must be.',
  })
  @Defaulted()
  @IsInt()
  @Min(FEWEST)
  @Max(MOST)
  min_outcomes: number = 400;
}

export class LearningStateDto extends LearningSettingsDto {
  @ApiProperty({ type: String, nullable: true, example: '2026-11-30T09:00:00.000Z' })
  last_run_at: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description:
      '`outcome` is `waiting`, `nothing_learned`, `refused`, `not_better`, `proposed`, `activated` or `failed`; `reason` says why. Of a turn that only waited, `last_attempt` is what the one before came to.',
    example: {
      outcome: 'refused',
      reason:
        "12.0 % of the candidate's choices were never tried under the logged policy (at most 5 %); turn exploration on and wait",
      decisions: 812,
    },
  })
  last_result: object | null;
}

export function toLearningSettings(dto: LearningSettingsDto): LearningSettings {
  return {
    enabled: dto.enabled,
    automatic: dto.automatic_activation,
    implicitOutcomes: dto.implicit_outcomes,
    minOutcomes: dto.min_outcomes,
  };
}

export function toLearningStateDto(state: LearningState): LearningStateDto {
  return {
    enabled: state.enabled,
    automatic_activation: state.automatic,
    implicit_outcomes: state.implicitOutcomes,
    min_outcomes: state.minOutcomes,
    last_run_at: state.lastRunAt,
    last_result: state.lastResult,
  };
}
