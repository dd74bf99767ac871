import { Injectable } from '@nestjs/common';
import { changeEvent, type Acting } from '../../access/acting';
import { AuditLog } from '../../access/audit-log';
import { LearningRepository } from './learning.repository';
import type { LearningSettings, LearningState } from './learning-settings';

/** What a tenant decides about learning from its decisions. */
@Injectable()
export class LearningService {
  constructor(
    private readonly tenants: LearningRepository,
    private readonly audit: AuditLog,
  ) {}

  get(organizationId: string): Promise<LearningState> {
    return this.tenants.find(organizationId);
  }

  /** The next turn follows within a minute or two. */
  async set(acting: Acting, settings: LearningSettings): Promise<LearningState> {
    const { organizationId } = acting.caller;
    const { lastRunAt, lastResult, ...before } = await this.tenants.find(organizationId);
    await this.tenants.save(organizationId, settings);
    const change = { action: 'router_learning.update', before, after: { ...settings } };
    const target = { kind: 'organization', id: organizationId };
    await this.audit.record(changeEvent(acting, { ...change, organizationId, target }));
    return { ...settings, lastRunAt, lastResult };
  }
}
