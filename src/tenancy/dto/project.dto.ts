import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { IsPrintable } from '../../access/is-printable';
import type { ProjectEntity } from '../project.entity';

const STATUSES = ['active', 'suspended'] as const;

/** Body of `POST /v1/organizations/{id}/projects`. */
export class CreateProjectDto {
  @ApiProperty({ example: 'chat assistant' })
  @IsPrintable(100)
  name: string;
}

/** Body of `PATCH /v1/organizations/{id}/projects/{project_id}`. */
export class UpdateProjectDto {
  @ApiPropertyOptional({ example: 'chat assistant' })
  @IsOptional()
  @IsPrintable(100)
  name?: string;

  @ApiPropertyOptional({ enum: STATUSES, description: 'suspended: keys bound to the project are refused.' })
  @IsOptional()
  @IsIn(STATUSES)
  status?: (typeof STATUSES)[number];
}

/** A project as shown. */
export class ProjectDto {
  @ApiProperty({ example: 'prj_01kaf3v5w2m8x4t6y9z1b3c5d7' })
  id: string;

  @ApiProperty({ type: String })
  organization_id: string;

  @ApiProperty({ example: 'chat assistant' })
  name: string;

  @ApiProperty({ enum: STATUSES })
  status: (typeof STATUSES)[number];

  @ApiProperty({ format: 'date-time' })
  created_at: string;
}

/** A page of projects. */
export class ProjectListDto {
  @ApiProperty({ type: [ProjectDto] })
  data: ProjectDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor: string | null;
}

/** The form in which a project leaves the service. */
export function toProjectDto(project: ProjectEntity): ProjectDto {
  return {
    id: project.id,
    organization_id: project.organizationId,
    name: project.name,
    status: project.status,
    created_at: project.createdAt.toISOString(),
  };
}
