import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsObject, ValidateNested } from 'class-validator';
import type { PlanEntity } from '../plan.entity';
import { OrganizationLimitsDto } from './organization-limits.dto';

/** Body of `PUT /v1/plans/{name}`. */
export class SavePlanDto {
  @ApiProperty({ type: OrganizationLimitsDto, example: { max_users: 50, requests_per_minute: 1000 } })
  @IsObject()
  @ValidateNested()
  @Type(() => OrganizationLimitsDto)
  limits: OrganizationLimitsDto;
}

/** A plan as shown. */
export class PlanDto {
  @ApiProperty({ example: 'team' })
  name: string;

  @ApiProperty({ type: OrganizationLimitsDto })
  limits: OrganizationLimitsDto;

  @ApiProperty({ format: 'date-time' })
  created_at: string;
}

/** All plans; there are few. */
export class PlanListDto {
  @ApiProperty({ type: [PlanDto] })
  data: PlanDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor: null;
}

/** The form in which a plan leaves the service. */
export function toPlanDto(plan: PlanEntity): PlanDto {
  return { name: plan.name, limits: plan.limits, created_at: plan.createdAt.toISOString() };
}
