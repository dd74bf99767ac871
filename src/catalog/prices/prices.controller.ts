import { Body, Delete, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { actingOf } from '../../access/acting';
import { callerOf, type GatewayRequest } from '../../access/gateway-request';
import { RequirePermission } from '../../access/require-permission.decorator';
import { ManagementController } from '../../platform/http/management-controller.decorator';
import { ModelCatalog } from '../model-catalog';
import { ListModelPricesDto, ListPriceUpdatesDto } from './dto/list-price-updates.dto';
import {
  ModelPricesListDto,
  PriceUpdateDto,
  PriceUpdateListDto,
  toPriceRowDto,
  toPriceUpdateDto,
} from './dto/price-view.dto';
import { ProposePricesDto } from './dto/price.dto';
import { toProposal } from './dto/to-proposal';
import { EffectivePrices } from './effective-prices';
import { PriceUpdatesService } from './price-updates.service';
import { REQUIREMENTS_PRICES, type VersionedPrices } from './requirements-prices';

/** The price book: what counts for the caller, and how it is changed. */
@ApiTags('Prices')
@ManagementController('v1/prices')
export class PricesController {
  constructor(
    private readonly catalog: ModelCatalog,
    private readonly effective: EffectivePrices,
    private readonly updates: PriceUpdatesService,
  ) {}

  @Get()
  @RequirePermission('models:read')
  @ApiOperation({ summary: 'Prices of all models as they count for the caller’s organization' })
  @ApiOkResponse({ type: ModelPricesListDto })
  list(@Req() request: GatewayRequest, @Query() query: ListModelPricesDto): ModelPricesListDto {
    const { organizationId } = callerOf(request);
    const isCurrent = query.version === 'current';
    const data = (isCurrent ? this.pricesOf(organizationId) : REQUIREMENTS_PRICES)
      .filter(({ provider }) => query.provider === undefined || provider === query.provider)
      .filter(
        ({ provider, model }) =>
          query.model === undefined || model === this.catalog.modelOf(provider, query.model),
      )
      .map(({ provider, model, prices }) => ({ provider, model, prices: prices.map(toPriceRowDto) }));
    const version = isCurrent ? this.effective.versionFor(organizationId) : query.version;
    return { data, next_cursor: null, version, unit: 'usd_per_million_tokens' };
  }

  @Get('updates')
  @RequirePermission('system:admin')
  @ApiOperation({ summary: 'Prices that were entered while the service ran, newest first' })
  @ApiOkResponse({ type: PriceUpdateListDto })
  async listUpdates(@Query() query: ListPriceUpdatesDto): Promise<PriceUpdateListDto> {
    const { limit, cursor, ...filter } = query;
    const rows = await this.updates.list({ ...filter, limit: limit + 1, before: cursor });
    const shown = rows.slice(0, limit);
    return {
      data: shown.map(toPriceUpdateDto),
      next_cursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
    };
  }

  @Post('updates')
  @RequirePermission('system:admin')
  @ApiOperation({
    summary: 'Enter prices, for everybody or for one organization',
    description:
      'A price in which the comparison with the one in force finds nothing wrong counts at once. One that moves by more than a quarter, looks like a slip or drops a planned change is `quarantined` until it is approved.',
  })
  @ApiCreatedResponse({ type: PriceUpdateListDto })
  async propose(@Req() request: GatewayRequest, @Body() body: ProposePricesDto): Promise<PriceUpdateListDto> {
    const rows = await this.updates.propose(actingOf(request), toProposal(body));
    return { data: rows.map(toPriceUpdateDto), next_cursor: null };
  }

  @Post('updates/:id/approve')
  @HttpCode(200)
  @RequirePermission('system:admin')
  @ApiOperation({ summary: 'Let a quarantined price count' })
  @ApiOkResponse({ type: PriceUpdateDto })
  @ApiNotFoundResponse({ description: 'Unknown.' })
  @ApiConflictResponse({ description: 'It is not quarantined.' })
  async approve(@Req() request: GatewayRequest, @Param('id') id: string): Promise<PriceUpdateDto> {
    return toPriceUpdateDto(await this.updates.approve(actingOf(request), id));
  }

  @Post('updates/:id/reject')
  @HttpCode(200)
  @RequirePermission('system:admin')
  @ApiOperation({ summary: 'Refuse a quarantined price for good' })
  @ApiOkResponse({ type: PriceUpdateDto })
  @ApiNotFoundResponse({ description: 'Unknown.' })
  @ApiConflictResponse({ description: 'It is not quarantined.' })
  async reject(@Req() request: GatewayRequest, @Param('id') id: string): Promise<PriceUpdateDto> {
    return toPriceUpdateDto(await this.updates.reject(actingOf(request), id));
  }

  @Delete('updates/:id')
  @HttpCode(204)
  @RequirePermission('system:admin')
  @ApiOperation({ summary: 'Take a price back; what was booked by it stays as it is' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: 'Unknown.' })
  @ApiConflictResponse({ description: 'It does not count.' })
  async withdraw(@Req() request: GatewayRequest, @Param('id') id: string): Promise<void> {
    await this.updates.withdraw(actingOf(request), id);
  }

  private pricesOf(organizationId: string): readonly VersionedPrices[] {
    return this.catalog.list().map((card) => this.effective.cardFor(organizationId, card));
  }
}
