import { Injectable } from '@nestjs/common';
import type { RouteRequest } from '../../routing/router.service';
import type { PromptMeaning } from '../../routing/semantic/semantic-index';
import { SemanticSpace } from '../../routing/semantic/semantic-space';
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

  /** By an embedder other than the built-in; undefined when none is configured or it does not answer in time. */
  meaningOf(text: string, signal: AbortSignal): Promise<PromptMeaning | undefined> {
    return this.space.findMeaning(text, signal);
  }
}
