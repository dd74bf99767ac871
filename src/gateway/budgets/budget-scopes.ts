import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/caller';
import { ApiKeyService } from '../../auth/api-key.service';
import { AppError } from '../../common/app-error';
import type { BudgetScope } from '../../cost/budgets/budget';
import type { BudgetActor } from '../../cost/budgets/budget-actor';
import { MemberRepository } from '../../tenancy/member.repository';
import { ProjectRepository } from '../../tenancy/project.repository';
import { GATEWAY_ERRORS } from '../gateway.errors';

const MAX_OWN_KEYS = 1_000;

/** Knows whether what a budget is to be set on exists in the caller's organization. */
@Injectable()
export class BudgetScopes {
  constructor(
    private readonly projects: ProjectRepository,
    private readonly members: MemberRepository,
    private readonly keys: ApiKeyService,
  ) {}

  async actorOf(caller: Caller): Promise<BudgetActor> {
    if (caller.permissions.has('budgets:write')) return { caller, ownKeyIds: new Set() };
    const { items: keys } = await this.keys.list(caller, { limit: MAX_OWN_KEYS, beforeId: undefined });
    const own = keys.filter((key) => key.userId === caller.userId).map((key) => key.id);
    return { caller, ownKeyIds: new Set(own) };
  }

  /** Rejects with 404 for anything that does not exist, or belongs to another tenant. */
  async require(caller: Caller, { level, id }: BudgetScope): Promise<void> {
    if (!(await this.exists(caller, { level, id }))) {
      throw new AppError(GATEWAY_ERRORS.notFound, {
        public: `There is no such ${level === 'api_key' ? 'API key' : level}.`,
        param: 'scope.id',
      });
    }
  }

  private async exists(caller: Caller, { level, id }: BudgetScope): Promise<boolean> {
    const { organizationId, userId } = caller;
    switch (level) {
      case 'organization':
        return id === organizationId;
      case 'project':
        return this.projects.isActiveIn(organizationId, id);
      case 'user':
        return id === userId || (await this.members.findMember(organizationId, id)) !== undefined;
      case 'api_key':
        return (await this.keys.get(caller, id)).organizationId === organizationId;
    }
  }
}
