import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length, Matches } from 'class-validator';
import { DEFAULT_PAGE, PageCursor, PageLimit } from '../../../platform/http/page-query.decorator';
import type { ProviderCredentialEntity } from '../provider-credential.entity';

const MAX_KEY = 4_096;
const MAX_NAME = 100;
const PROVIDER = /^[\w.-]{1,100}$/;
/** What an HTTP header can carry. */
const HEADER_TEXT = /^[\x21-\x7e]+$/;
const PRINTABLE = /^[^\p{Cc}]*$/u;

/** Body of `POST /v1/provider-credentials`. */
export class CreateProviderCredentialDto {
  @ApiProperty({ example: 'openai', description: 'A provider this installation calls.' })
  @IsString()
  @Matches(PROVIDER, { message: 'provider is not the form of a name' })
  provider: string;

  @ApiProperty({ example: 'sk-…', maxLength: MAX_KEY, writeOnly: true, description: 'Never shown again.' })
  @IsString()
  @Length(1, MAX_KEY)
  @Matches(HEADER_TEXT, { message: 'api_key has characters that no HTTP header can carry' })
  api_key: string;

  @ApiPropertyOptional({ example: 'team account', maxLength: MAX_NAME })
  @IsOptional()
  @IsString()
  @Length(1, MAX_NAME)
  @Matches(PRINTABLE, { message: 'name must not contain control characters' })
  name?: string;
}

/** Body of `PATCH /v1/provider-credentials/{id}`. */
export class UpdateProviderCredentialDto {
  @ApiPropertyOptional({ example: 'sk-…', maxLength: MAX_KEY, writeOnly: true })
  @IsOptional()
  @IsString()
  @Length(1, MAX_KEY)
  @Matches(HEADER_TEXT, { message: 'api_key has characters that no HTTP header can carry' })
  api_key?: string;

  @ApiPropertyOptional({ example: 'team account', maxLength: MAX_NAME })
  @IsOptional()
  @IsString()
  @Length(1, MAX_NAME)
  @Matches(PRINTABLE, { message: 'name must not contain control characters' })
  name?: string;
}

/** Query of the list. */
export class ListProviderCredentialsDto {
  @PageLimit()
  limit: number = DEFAULT_PAGE;

  @PageCursor(PROVIDER)
  cursor?: string;
}

/** A stored key, without the key. */
export class ProviderCredentialDto {
  @ApiProperty({ example: 'crd_01k8f3…' })
  id: string;

  @ApiProperty({ example: 'openai' })
  provider: string;

  @ApiProperty({ example: 'team account' })
  name: string;

  @ApiProperty({
    enum: ['usable', 'unreadable'],
    description: '`unreadable`: its encryption key is lost; send the key again.',
  })
  status: 'usable' | 'unreadable';

  @ApiProperty({ example: '2027', description: 'Name of the key it is encrypted with.' })
  encryption_key: string;

  @ApiProperty({ format: 'date-time' })
  created_at: string;

  @ApiProperty({ format: 'date-time' })
  updated_at: string;
}

export class ProviderCredentialListDto {
  @ApiProperty({ type: [ProviderCredentialDto] })
  data: ProviderCredentialDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor: string | null;
}

export function toProviderCredentialDto(
  row: ProviderCredentialEntity,
  isReadable: boolean,
): ProviderCredentialDto {
  return {
    id: row.id,
    provider: row.provider,
    name: row.name,
    status: isReadable ? 'usable' : 'unreadable',
    encryption_key: row.keyId,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}
