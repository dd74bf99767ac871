import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { MAX_RATE } from './rate-limits';

function Rate(example?: number): PropertyDecorator {
  const decorators = [
    ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_RATE, example }),
    IsOptional(),
    IsInt(),
    Min(1),
    Max(MAX_RATE),
  ];
  return (target, property) => {
    for (const decorate of decorators) decorate(target, property);
  };
}

/** Limits on how fast something may be used; an absent field sets no limit. */
export class RateLimitsDto {
  @Rate(60)
  requests_per_minute?: number;

  @Rate()
  requests_per_hour?: number;

  @Rate()
  requests_per_day?: number;

  @Rate(100_000)
  tokens_per_minute?: number;

  @Rate()
  tokens_per_hour?: number;

  @Rate()
  tokens_per_day?: number;
}
