import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';

/** Entries of a page when the client does not say. */
export const DEFAULT_PAGE = 50;
const MAX_PAGE = 200;

/** The query parameter `limit` of a list in pages. */
export function PageLimit(max: number = MAX_PAGE): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: max, default: DEFAULT_PAGE }),
    IsOptional(),
    Type(() => Number),
    IsInt(),
    Min(1),
    Max(max),
  );
}

/** The query parameter `cursor`; `form` is what the list gives out, anything else is refused before it is looked up. */
export function PageCursor(form: RegExp): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: String, description: '`next_cursor` of the page before.' }),
    IsOptional(),
    IsString(),
    Matches(form, { message: 'cursor is not one of ours' }),
  );
}
