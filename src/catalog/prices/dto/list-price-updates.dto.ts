import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length } from 'class-validator';
import { DEFAULT_PAGE, PageCursor, PageLimit } from '../../../platform/http/page-query.decorator';
import { PRICE_UPDATE_STATUSES, type PriceUpdateStatus } from '../price-update-status';

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

  @PageLimit()
  limit: number = DEFAULT_PAGE;

  @PageCursor(UPDATE_ID)
  cursor?: string;
}
