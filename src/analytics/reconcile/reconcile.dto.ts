import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';

const MAX_TOKENS = 1_000_000_000;

/** Tokens a vendor names for a call. */
export class KnownUsageDto {
  @ApiPropertyOptional({ example: 120 })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_TOKENS)
  input_uncached?: number;

  @ApiPropertyOptional()
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_TOKENS)
  cache_read?: number;

  @ApiPropertyOptional()
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_TOKENS)
  cache_write_5m?: number;

  @ApiPropertyOptional()
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_TOKENS)
  cache_write_1h?: number;

  @ApiPropertyOptional({ example: 40 })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_TOKENS)
  output_text?: number;

  @ApiPropertyOptional()
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_TOKENS)
  reasoning?: number;
}

/** What a later source knows of a call. */
export class KnownCallDto {
  @ApiProperty({ example: 'att_01k9z3v6m8q2c4t6w8y0a2c4e6' })
  @Matches(/^att_[0-9a-z]{26}$/)
  attempt_id: string;

  @ApiProperty({ example: '25800', description: 'What the call really cost, in nano-USD.' })
  @IsString()
  @Matches(/^\d{1,18}$/)
  cost_nano_usd: string;

  @ApiPropertyOptional({
    type: KnownUsageDto,
    description: 'Buckets left out count as zero. Without it tokens stay as they are.',
  })
  @IsOptional()
  @ValidateNested()
  @Type(() => KnownUsageDto)
  usage?: KnownUsageDto;
}

/** Calls to correct. */
export class ReconcileDto {
  @ApiProperty({ type: [KnownCallDto], maxItems: 500 })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(500)
  @ValidateNested({ each: true })
  @Type(() => KnownCallDto)
  records: KnownCallDto[];
}

/** What became of them. */
export class ReconcileResultDto {
  @ApiProperty({ example: 3 })
  corrected: number;

  @ApiProperty({ example: 95, description: 'Booked as the source says already.' })
  unchanged: number;

  @ApiProperty({ type: [String], description: 'Attempts the ledger does not have.' })
  unknown: string[];
}
