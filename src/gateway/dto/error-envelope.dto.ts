import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** What went wrong. */
export class ErrorBodyDto {
  @ApiProperty({ example: "Invalid value for 'messages': at least one message is required." })
  message: string;

  @ApiProperty({ example: 'invalid_request_error' })
  type: string;

  @ApiProperty({ example: 'validation_error' })
  code: string;

  @ApiProperty({ type: String, nullable: true, example: 'messages' })
  param: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'req_01k9z3v6m7p1b3s5v7x9z1b3d5' })
  request_id: string | null;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  details?: Record<string, unknown>;

  @ApiPropertyOptional({ type: [String], description: 'Why policy blocked the request.' })
  reasons?: string[];
}

/** OpenAI's error envelope; every failure of every route has this form. */
export class ErrorEnvelopeDto {
  @ApiProperty({ type: ErrorBodyDto })
  error: ErrorBodyDto;
}
