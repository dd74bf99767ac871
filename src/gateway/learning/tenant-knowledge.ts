import { Injectable } from '@nestjs/common';
import { ActiveRouters } from '../../decisions/routers/active-routers';
import type { RouteRequest } from '../../routing/router.service';
import { AnswerMemory } from './answer-memory';
import { OutcomeEvidence } from './outcome-evidence';

/** Everything this process knows of a tenant's earlier answers, for the next decision. */
@Injectable()
export class TenantKnowledge {
  constructor(
    private readonly evidence: OutcomeEvidence,
    private readonly memory: AnswerMemory,
    private readonly routers: ActiveRouters,
  ) {}

  /** Call before a decision; undefined when there is nothing to wait for. Never rejects. */
  prepare(organizationId: string): Promise<void> | undefined {
    return this.routers.prepare(organizationId);
  }

  of(organizationId: string): NonNullable<RouteRequest['knowledge']> {
    const router = this.routers.of(organizationId);
    return {
      ...(router && { predictor: router.predictor }),
      evidence: this.evidence.of(organizationId, router?.learnedUntil),
      neighboursOf: (meaning) => this.memory.neighboursOf(organizationId, meaning),
    };
  }
}
