import type { CallerLimits } from '../../access/caller';
import { parseUsd } from '../../common/money';
import type { NewApiKey } from '../api-key.service';
import type { CreateApiKeyDto } from './create-api-key.dto';

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
    limits: toLimits(body),
  };
}

function toLimits({ limits, budget }: CreateApiKeyDto): CallerLimits {
  const amount = budget && parseUsd(budget.budget_limit);
  return {
    requestsPerMinute: limits?.requests_per_minute,
    tokensPerMinute: limits?.tokens_per_minute,
    dailyBudget: budget?.budget_type === 'daily' ? amount : undefined,
    monthlyBudget: budget?.budget_type === 'monthly' ? amount : undefined,
  };
}
