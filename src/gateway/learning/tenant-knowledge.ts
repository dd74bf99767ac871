import { Injectable } from '@nestjs/common';
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
  ) {}

  of(organizationId: string): NonNullable<RouteRequest['knowledge']> {
    return {
      evidence: this.evidence.of(organizationId),
      neighboursOf: (meaning) => this.memory.neighboursOf(organizationId, meaning),
    };
  }

  /** By an embedder other than the built-in, when one is configured. */
  meaningOf(text: string, signal: AbortSignal): Promise<MeaningSearch> {
    return this.space.findMeaning(text, signal);
  }
}
