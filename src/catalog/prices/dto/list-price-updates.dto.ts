import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import { PRICE_UPDATE_STATUSES, type PriceUpdateStatus } from '../price-update-status';

const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;
const UPDATE_ID = /^prc_[a-z0-9]{1,60}$/;

/** Which models' prices to show. */
class ListPricesDto {
  @ApiPropertyOptional({ example: 'openai' })
  @IsOptional()
  @IsString()
  @Length(1, 64)
  provider?: string;

  @ApiPropertyOptional({ example: 'gpt-4o' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  model?: string;
}

const PRICE_VERSIONS = ['current', 'requirements'] as const;

/** Query of `GET /v1/prices`. */
export class ListModelPricesDto extends ListPricesDto {
  @ApiPropertyOptional({
    enum: PRICE_VERSIONS,
    default: 'current',
    description: '`requirements`: the prices printed in the documents of the product.',
  })
  @IsOptional()
  @IsIn(PRICE_VERSIONS)
  version: (typeof PRICE_VERSIONS)[number] = 'current';
}

/** Query of `GET /v1/prices/updates`. */
export class ListPriceUpdatesDto extends ListPricesDto {
  @ApiPropertyOptional({ enum: PRICE_UPDATE_STATUSES })
  @IsOptional()
  @IsIn(PRICE_UPDATE_STATUSES)
  status?: PriceUpdateStatus;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE)
  limit: number = DEFAULT_PAGE;

  @ApiPropertyOptional({ description: '`next_cursor` of the page before.' })
  @IsOptional()
  @Matches(UPDATE_ID, { message: 'cursor is not one of ours' })
  cursor?: string;
}
