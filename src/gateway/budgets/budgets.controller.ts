import { Body, Delete, Get, HttpCode, Param, Post, Put, Query, Req } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiForbiddenResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Caller } from '../../access/caller';
import { callerOf, type GatewayRequest } from '../../access/gateway-request';
import { RequirePermission } from '../../access/require-permission.decorator';
import type { Budget } from '../../cost/budgets/budget';
import { BudgetListing } from '../../cost/budgets/budget-listing';
import { BudgetManager } from '../../cost/budgets/budget-manager';
import { BudgetReports } from '../../cost/budgets/budget-reports';
import { ManagementController } from '../../platform/http/management-controller.decorator';
import { BudgetScopes } from './budget-scopes';
import { BudgetAnswerDto, BudgetDto, BudgetListDto } from './dto/budget.dto';
import { ListBudgetsDto } from './dto/list-budgets.dto';
import { SetBudgetDto } from './dto/set-budget.dto';
import { toBudgetDto, toBudgetListDto } from './dto/to-budget-dto';
import { toBudgetChange, toBudgetWish } from './dto/to-budget-wish';
import { UpdateBudgetDto } from './dto/update-budget.dto';

/** What may be spent by an organization, a project, a user or a key in a day, week, month or year. */
@ApiTags('Budgets')
@ManagementController('v1/analytics/budgets')
export class BudgetsController {
  constructor(
    private readonly manager: BudgetManager,
    private readonly listing: BudgetListing,
    private readonly reports: BudgetReports,
    private readonly scopes: BudgetScopes,
  ) {}

  @Get()
  @RequirePermission('budgets:read', 'budgets:write')
  @ApiOperation({
    summary: 'List budgets and how much of them is used',
    description:
      'Whatever is in force, by `set_by`: set through this API, made with a key, or the configured default of users. All budgets of the organization for callers with `budgets:write` or `analytics:read`, with the defaults of the 200 users who have spent most this month (any other by `scope_id`); for others those that bound them.',
  })
  @ApiOkResponse({ type: BudgetListDto })
  async list(@Req() request: GatewayRequest, @Query() query: ListBudgetsDto): Promise<BudgetListDto> {
    const caller = callerOf(request);
    const budgets = await this.listing.list(await this.scopes.actorOf(caller), {
      ...(query.budget_type !== undefined && { window: query.budget_type }),
      ...(query.level !== undefined && { level: query.level }),
      ...(query.scope_id !== undefined && { scopeId: query.scope_id }),
    });
    return toBudgetListDto(await this.reports.of(caller, budgets));
  }

  @Post()
  @RequirePermission('budgets:write', 'budgets:read')
  @ApiOperation({
    summary: 'Set a budget',
    description:
      'The same scope, type, provider and model again changes the budget that is there. Without `budgets:write` only the caller and the caller’s own keys can be limited, below what applies to them already.',
  })
  @ApiCreatedResponse({ type: BudgetAnswerDto })
  @ApiForbiddenResponse({ description: 'Not the caller’s own scope, or above the cap.' })
  @ApiNotFoundResponse({ description: 'The scope is unknown, or of another organization.' })
  async set(@Req() request: GatewayRequest, @Body() body: SetBudgetDto): Promise<BudgetAnswerDto> {
    const caller = callerOf(request);
    const wish = toBudgetWish(body, caller);
    await this.scopes.require(caller, wish.scope);
    const budget = await this.manager.set(await this.scopes.actorOf(caller), wish);
    return { message: 'Budget set', budget: await this.shown(caller, budget) };
  }

  @Put(':id')
  @RequirePermission('budgets:write', 'budgets:read')
  @ApiOperation({ summary: 'Change a budget', description: 'What is left out stays as it is.' })
  @ApiOkResponse({ type: BudgetAnswerDto })
  @ApiForbiddenResponse({ description: 'Set by somebody else for the caller, or above the cap.' })
  @ApiNotFoundResponse({ description: 'Unknown, or not the caller’s to see.' })
  async change(
    @Req() request: GatewayRequest,
    @Param('id') id: string,
    @Body() body: UpdateBudgetDto,
  ): Promise<BudgetAnswerDto> {
    const caller = callerOf(request);
    const actor = await this.scopes.actorOf(caller);
    const budget = await this.manager.change(actor, id, toBudgetChange(body));
    return { message: 'Budget changed', budget: await this.shown(caller, budget) };
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermission('budgets:write', 'budgets:read')
  @ApiOperation({ summary: 'Remove a budget' })
  @ApiNoContentResponse()
  @ApiForbiddenResponse({ description: 'Set by somebody else for the caller.' })
  @ApiNotFoundResponse({ description: 'Unknown, or not the caller’s to see.' })
  async remove(@Req() request: GatewayRequest, @Param('id') id: string): Promise<void> {
    await this.manager.remove(await this.scopes.actorOf(callerOf(request)), id);
  }

  private async shown(caller: Caller, budget: Budget): Promise<BudgetDto> {
    const [report] = await this.reports.of(caller, [budget]);
    if (!report) throw new Error('a budget without a report');
    return toBudgetDto(report);
  }
}
