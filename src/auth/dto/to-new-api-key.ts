import type { CallerLimits } from '../../access/caller';
import { readRateLimits } from '../../access/rate-limits';
import { parseUsd } from '../../common/money';
import type { NewApiKey } from '../api-key-issuer';
import type { ApiKeyChange } from '../api-key.service';
import { withBudget } from '../key-limits';
import type { CreateApiKeyDto, KeyBudgetDto } from './create-api-key.dto';
import type { UpdateApiKeyDto } from './update-api-key.dto';

/** The validated body in the words of the service. */
export function toNewApiKey(body: CreateApiKeyDto): NewApiKey {
  return {
    name: body.name,
    organizationId: body.organization_id,
    projectId: body.project_id ?? null,
    userId: body.user_id,
    role: body.role,
    permissions: body.permissions,
    allowedModels: body.allowed_models ?? null,
    allowedIps: body.allowed_ips ?? null,
    expiresAt: body.expires_at === undefined ? null : new Date(body.expires_at),
    limits: budgeted(readRateLimits(body.limits), body.budget),
  };
}

/** A field that is null lifts the restriction; an absent one leaves it. */
export function toApiKeyChange(body: UpdateApiKeyDto): ApiKeyChange {
  const expiresAt = body.expires_at;
  return {
    name: body.name ?? undefined,
    role: body.role ?? undefined,
    permissions: body.permissions ?? undefined,
    projectId: body.project_id,
    allowedModels: body.allowed_models,
    allowedIps: body.allowed_ips,
    expiresAt: typeof expiresAt === 'string' ? new Date(expiresAt) : expiresAt,
    limits: (current) => changedLimits(current, body),
  };
}

function changedLimits(current: CallerLimits, { limits, budget }: UpdateApiKeyDto): CallerLimits {
  const { dailyBudget, weeklyBudget, monthlyBudget, yearlyBudget } = current;
  const budgets = { dailyBudget, weeklyBudget, monthlyBudget, yearlyBudget };
  const rates = limits === undefined ? current : readRateLimits(limits);
  return budgeted({ ...rates, ...(budget === null ? NO_BUDGETS : budgets) }, budget ?? undefined);
}

const NO_BUDGETS = {
  dailyBudget: undefined,
  weeklyBudget: undefined,
  monthlyBudget: undefined,
  yearlyBudget: undefined,
} as const;

function budgeted(limits: CallerLimits, budget: KeyBudgetDto | undefined): CallerLimits {
  return budget === undefined
    ? limits
    : withBudget(limits, budget.budget_type, parseUsd(budget.budget_limit));
}
