import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional, IsString, Length, Matches } from 'class-validator';

const MAX_EMAIL = 320;
const MAX_PASSWORD = 1_024;
const MIN_NEW_PASSWORD = 12;
const MAX_TOKEN = 512;
const NAME = /^[\w-]{1,100}$/;
/** PostgreSQL stores no NUL; nothing else is said about what an e-mail looks like. */
const NO_CONTROL = /^[^\p{Cc}]*$/u;

/** Body of `POST /auth/login`. */
export class LoginDto {
  @ApiProperty({ example: 'ada@example.com', maxLength: MAX_EMAIL })
  @IsString()
  @Length(1, MAX_EMAIL)
  @Matches(NO_CONTROL, { message: 'email must not contain control characters' })
  email: string;

  @ApiProperty({ example: 'correct horse battery', maxLength: MAX_PASSWORD })
  @IsString()
  @Length(1, MAX_PASSWORD)
  password: string;

  @ApiPropertyOptional({
    example: 'default',
    description: 'Id or slug. Absent: the organization the user has belonged to longest.',
  })
  @IsOptional()
  @IsString()
  @Matches(NAME, { message: 'organization is not the form of an id or slug' })
  organization?: string;

  @ApiPropertyOptional({
    enum: ['body', 'cookie'],
    default: 'body',
    description:
      '`cookie` for browsers: the tokens go into cookies no script can read, the answer has a CSRF token.',
  })
  @IsOptional()
  @IsIn(['body', 'cookie'])
  transport?: 'body' | 'cookie';
}

/** Body of `POST /auth/refresh`; a browser leaves it out and sends its cookie. */
export class RefreshDto {
  @ApiPropertyOptional({ example: 'mmr_01k8f3…', maxLength: MAX_TOKEN })
  @IsOptional()
  @IsString()
  @Length(1, MAX_TOKEN)
  refresh_token?: string;
}

/** Body of `POST /auth/logout`; may be left out. */
export class LogoutDto {
  @ApiPropertyOptional({ example: false, description: 'End all sessions of the user, not only this one.' })
  @IsOptional()
  @IsBoolean()
  everywhere?: boolean;
}

/** Body of `POST /auth/password`. */
export class ChangePasswordDto {
  @ApiProperty({ example: 'correct horse battery', maxLength: MAX_PASSWORD })
  @IsString()
  @Length(1, MAX_PASSWORD)
  current_password: string;

  @ApiProperty({ example: 'staple of another kind', minLength: MIN_NEW_PASSWORD, maxLength: MAX_PASSWORD })
  @IsString()
  @Length(MIN_NEW_PASSWORD, MAX_PASSWORD)
  new_password: string;
}
