import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length } from 'class-validator';

const MAX_PATH = 500;

/** Query of `GET /auth/sso/login`. */
export class SsoLoginDto {
  @ApiPropertyOptional({ example: '/console', description: 'Path on this host to go to afterwards.' })
  @IsOptional()
  @IsString()
  @Length(1, MAX_PATH)
  return_to?: string;

  @ApiPropertyOptional({
    enum: ['cookie', 'body'],
    default: 'cookie',
    description: '`cookie` for a browser; `body` shows the tokens as JSON at the end, for programs.',
  })
  @IsOptional()
  @IsIn(['cookie', 'body'])
  transport?: 'cookie' | 'body';
}
