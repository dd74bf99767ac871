import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { Defaulted } from '../../platform/http/defaulted.decorator';
import type { ModelAlias } from './steering';

const MAX_TARGETS = 10;
const MAX_WEIGHT = 1_000;
const MAX_MODEL = 200;

export class AliasTargetDto {
  @ApiProperty({
    example: 'openai/gpt-4o-mini',
    description: '`provider/model`, or `auto` to leave the choice to the router.',
  })
  @IsString()
  @MaxLength(MAX_MODEL)
  model: string;

  @ApiPropertyOptional({ minimum: 1, maximum: MAX_WEIGHT, default: 1 })
  @Defaulted()
  @IsInt()
  @Min(1)
  @Max(MAX_WEIGHT)
  weight: number = 1;
}

export class AliasTargetsDto {
  @ApiProperty({ type: [AliasTargetDto], description: 'Traffic is shared by the weights.' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_TARGETS)
  @ValidateNested({ each: true })
  @Type(() => AliasTargetDto)
  targets: AliasTargetDto[];
}

export class CreateModelAliasDto extends AliasTargetsDto {
  @ApiProperty({ example: 'team-default', description: 'What clients write as `model`.' })
  @IsString()
  @Matches(/^[a-z0-9][a-z0-9._-]{0,63}$/, {
    message: 'name must be lower-case letters, digits, dots, dashes and underscores, at most 64',
  })
  name: string;
}

export class ModelAliasDto {
  @ApiProperty({ example: 'team-default' })
  name: string;

  @ApiProperty({ type: [AliasTargetDto] })
  targets: AliasTargetDto[];

  @ApiProperty()
  created_at: string;

  @ApiProperty()
  updated_at: string;
}

export class ModelAliasListDto {
  @ApiProperty({ type: [ModelAliasDto] })
  data: ModelAliasDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor: string | null;
}

export function toModelAliasDto({ name, targets, createdAt, updatedAt }: ModelAlias): ModelAliasDto {
  return { name, targets: [...targets], created_at: createdAt, updated_at: updatedAt };
}
