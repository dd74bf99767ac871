import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsNumber, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';

const MAX_COMMENT = 4_000;

/** What a person thinks of an answer: `score` or `rating`. */
export class FeedbackDto {
  @ApiProperty({ description: '`x-modelmuxer-request-id` of the answer.', example: 'req_01k9z…' })
  @IsString()
  @Matches(/^req_[0-9a-z]{26}$/)
  request_id: string;

  @ApiPropertyOptional({ minimum: 0, maximum: 1, example: 0.8, description: '0 useless … 1 very good.' })
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1)
  score?: number;

  @ApiPropertyOptional({ enum: ['up', 'down'], description: 'Instead of `score`: 1 or 0.' })
  @IsOptional()
  @IsIn(['up', 'down'])
  rating?: 'up' | 'down';

  @ApiPropertyOptional({
    maxLength: MAX_COMMENT,
    description: 'Taken for compatibility and not kept: it is content.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_COMMENT)
  comment?: string;
}

export class TakenFeedbackDto {
  @ApiProperty({ example: 'req_01k9z…' })
  request_id: string;

  @ApiProperty({ example: 0.8 })
  score: number;

  @ApiProperty({ example: 'openai/gpt-4o-mini', description: 'The model whose answer it is about.' })
  model: string;

  @ApiProperty({ example: false })
  comment_kept: boolean;
}
