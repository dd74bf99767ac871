import { Injectable } from '@nestjs/common';
import { ActiveRouters } from '../../decisions/routers/active-routers';
import type { RouteRequest } from '../../routing/router.service';
import { SemanticSpace, type MeaningSearch } from '../../routing/semantic/semantic-space';
import { AnswerMemory } from './answer-memory';
import { OutcomeEvidence } from './outcome-evidence';

/** Everything this process knows of a tenant's earlier answers, for the next decision. */
@Injectable()
export class TenantKnowledge {
  constructor(
    private readonly evidence: OutcomeEvidence,
    private readonly memory: AnswerMemory,
    private readonly space: SemanticSpace,
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

  /** By an embedder other than the built-in, when one is configured. */
  meaningOf(text: string, signal: AbortSignal): Promise<MeaningSearch> {
    return this.space.findMeaning(text, signal);
  }
}
